package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests that are refused: with which error exactly, that nothing of them is kept, that nobody is
 * asked, and that the next turn works.
 */
interface BadResponseCases extends KeptServerFixture {
  String UNKNOWN = "0000000000000000";

  /** A conversation of one response, which may be followed by one that calls a tool. */
  record Begun(String conversation, Said first, Said calling, Said foreign) {
    /** A text with the ids of these in place of their names. */
    String in(String text) {
      return text.replace("#CONVERSATION", conversation)
          .replace("#FIRST", first.id())
          .replace("#ITEM", first.response().at("/output/0/id").asText())
          .replace("#CALLING", calling.id())
          .replace("#FOREIGN", foreign.id())
          .replace("#UNKNOWN", first.id().substring(0, first.id().length() - 16) + UNKNOWN)
          .replace("#LONG", "x".repeat(300))
          .replace("#BRIEF", "x".repeat(80) + "…")
          .replace("#SHOWN", "x".repeat(200) + "…");
    }
  }

  private Begun begin() {
    String id = Endpoint.freshId();
    Responder named = server().responder("X-Conversation-ID", id);
    Said first = named.whole(Responder.asks("One"), "1");
    Said calling =
        server()
            .responder()
            .answered(Responder.follows("Two", first.id()), Responder.calls("call_1", "f", "{}"));
    Said foreign = server().responderOf(OwnerCases.OTHER).whole(Responder.asks("Theirs"), "theirs");
    return new Begun(id, first, calling, foreign);
  }

  /** Nothing has changed since, and both ways of going on work. */
  private void goOn(Begun begun, int sessions, List<String> said) {
    assertNull(server().upstream().poll(Duration.ZERO), "the upstream was asked");
    String session = begun.first().http().header("X-Session-ID");
    assertEquals(said, server().said(session));
    assertEquals(sessions, server().sessions());
    Responder responder = server().responder();
    assertEquals(
        List.of("user:One", "assistant:1", "user:On"),
        responder.whole(Responder.follows("On", begun.first().id()), "3").sent());
    ObjectNode next = Responder.asks("Go").put("conversation", begun.conversation());
    assertEquals(
        List.of("user:One", "assistant:1", "user:On", "assistant:3", "user:Go"),
        responder.streamed(next, "4").sent());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        // Items that refer to nothing.
        "'input':[{'type':'item_reference','id':'msg_never'}] | 404 | - | input | Item with id 'msg_never' not found.",
        "'input':[{'id':'../../../etc/passwd'}] | 404 | - | input | Item with id '../../../etc/passwd' not found.",
        "'input':[{'id':'#ITEM'}] | 404 | - | input | Item with id '#ITEM' not found.",
        "'input':[{'id':'#LONG'}] | 404 | - | input | Item with id '#SHOWN' not found.",
        "'input':[{'id':'msg_never'}],'previous_response_id':'#FIRST' | 404 | - | input | Item with id 'msg_never' not found.",
        "'input':[{'id':'msg_never'}],'conversation':'#CONVERSATION' | 404 | - | input | Item with id 'msg_never' not found.",
        "'input':[{'id':'msg_never'}],'store':false | 404 | - | input | Item with id 'msg_never' not found. Items are not kept where 'store' is false.",
        // Calls without outputs, outputs without calls.
        "'input':[{'type':'function_call','call_id':'c','name':'f'}] | 400 | - | input | No tool output found for function call c.",
        "'input':[{'type':'custom_tool_call','call_id':'c','name':'f'}],'conversation':'#CONVERSATION' | 400 | - | input | No tool output found for function call c.",
        "'input':[{'type':'function_call','call_id':'c','name':'f'}],'previous_response_id':'#FIRST' | 400 | - | input | No tool output found for function call c.",
        "'input':'And?','previous_response_id':'#CALLING' | 400 | - | input | No tool output found for function call call_1.",
        "'input':[{'type':'function_call','call_id':'c','name':'f'},{'type':'function_call_output','call_id':'c','output':'o'}],'previous_response_id':'#CALLING' | 400 | - | input | No tool output found for function call call_1.",
        "'input':[{'type':'function_call_output','call_id':'c','output':'o'}] | 400 | - | input | No tool call found for function call output with call_id c.",
        "'input':[{'type':'function_call_output','call_id':'call_1','output':'o'}],'previous_response_id':'#FIRST' | 400 | - | input | No tool call found for function call output with call_id call_1.",
        "'input':[{'type':'custom_tool_call_output','call_id':'c','output':'o'}],'conversation':'#CONVERSATION' | 400 | - | input | No tool call found for function call output with call_id c.",
        "'input':[{'type':'function_call_output','call_id':'#LONG','output':'o'}],'store':false | 400 | - | input | No tool call found for function call output with call_id #SHOWN.",
        // Responses that are not there, are another's, or have a path for an id.
        "'input':'x','previous_response_id':'#UNKNOWN' | 400 | previous_response_not_found | previous_response_id | Previous response with id '#UNKNOWN' not found.",
        "'input':'x','previous_response_id':'#FOREIGN' | 400 | previous_response_not_found | previous_response_id | Previous response with id '#FOREIGN' not found.",
        "'input':'x','previous_response_id':'../../../etc/passwd' | 400 | previous_response_not_found | previous_response_id | Previous response with id '../../../etc/passwd' not found.",
        "'input':'x','previous_response_id':'resp_u..%2f..%2f' | 400 | previous_response_not_found | previous_response_id | Previous response with id 'resp_u..%2f..%2f' not found.",
        "'input':'x','previous_response_id':'#FIRST/..' | 400 | previous_response_not_found | previous_response_id | Previous response with id '#FIRST/..' not found.",
        "'input':'x','previous_response_id':'#ITEM' | 400 | previous_response_not_found | previous_response_id | Previous response with id '#ITEM' not found.",
        "'input':'x','previous_response_id':'#LONG' | 400 | previous_response_not_found | previous_response_id | Previous response with id '#BRIEF' not found.",
        "'input':'x','conversation':'#LONG' | 404 | - | - | Conversation with id '#BRIEF' not found.",
        "'input':'x','previous_response_id':'#UNKNOWN','store':false | 400 | previous_response_not_found | previous_response_id | Previous response with id '#UNKNOWN' not found.",
        // Conversations.
        "'input':'x','conversation':'conv_never' | 404 | - | - | Conversation with id 'conv_never' not found.",
        "'input':'x','conversation':{'id':'../../../etc/passwd'} | 404 | - | - | Conversation with id '../../../etc/passwd' not found.",
        "'input':'x','conversation':'%2e%2e%2fconv' | 404 | - | - | Conversation with id '%2e%2e%2fconv' not found.",
        "'input':'x','conversation':'#FIRST' | 404 | - | - | Conversation with id '#FIRST' not found.",
        "'input':'x','conversation':'conv_never','store':false | 404 | - | - | Conversation with id 'conv_never' not found.",
        "'input':'x','conversation':'#CONVERSATION','previous_response_id':'#FIRST' | 400 | mutually_exclusive_parameters | - | 'previous_response_id' and 'conversation' are mutually exclusive.",
        // What is missing or wrong.
        "'conversation':'#CONVERSATION' | 400 | missing_required_parameter | input | Missing required parameter: 'input'.",
        "'input':[] | 400 | missing_required_parameter | - | One of 'input', 'previous_response_id' and 'conversation' must say something.",
        "'input':'x','messages':[] | 400 | unsupported_parameter | messages | Unsupported parameter: 'messages'. Here it is 'input'.",
        "'input':[{'role':'user','content':[{'type':'input_text','text':'a'},{'type':'x'}]}],'conversation':'#CONVERSATION' | 400 | invalid_value | input[0].content[1].type | 'input[0].content[1].type' must be 'input_text', 'input_image', 'input_file', 'input_audio', 'output_text' or 'refusal'.",
        "'input':'x','tools':[{'type':'function','name':7}] | 400 | invalid_type | tools[0].name | 'tools[0].name' must be a string.",
        "'input':'x','max_output_tokens':1,'previous_response_id':'#FIRST' | 400 | integer_below_min_value | max_output_tokens | 'max_output_tokens' must be at least 16.",
        "'input':'x','prompt':{'id':'../p'} | 404 | - | - | Prompt with id '../p' not found.",
      })
  default void badRequest_isRefused_andNothingOfItIsKept(
      String fields, int status, String code, String param, String message) {
    Begun begun = begin();
    int sessions = server().sessions();
    List<String> said = server().said(begun.first().http().header("X-Session-ID"));
    for (boolean stream : new boolean[] {false, true}) {
      String body = "{'model':'m','stream':" + stream + "," + begun.in(fields) + "}";
      ObjectNode request = (ObjectNode) Json.read(body.replace('\'', '"'));
      JsonNode error = Errors.check(status, server().responder().refused(request));
      ObjectNode expected = Json.object().put("message", begun.in(message));
      expected.put("type", "invalid_request_error").put("param", param).put("code", code);
      assertEquals(expected, error);
    }
    goOn(begun, sessions, said);
  }

  /** Paths with whatever stands for an id, encoded or not: each is told by its own status. */
  @ParameterizedTest
  @CsvSource({
    "/resp_none",
    "/#UNKNOWN",
    "/#FOREIGN",
    "/#ITEM",
    "/#CONVERSATION",
    "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/resp_u..%2f..%2fetc",
    "/resp_u..%5c..%5cetc",
    "/resp_u%252e%252e%252f",
    "/..%2f#FIRST",
    "/%00",
    "/#FIRST%00",
    "/#FIRST%0d%0aX-Odd:1",
    "/#FIRST%20",
    "/RESP_#FIRST",
  })
  default void idInAPath_isAnIdAndNoPath(String path) {
    Begun begun = begin();
    int sessions = server().sessions();
    List<String> said = server().said(begun.first().http().header("X-Session-ID"));
    for (String call : List.of("GET #", "DELETE #", "GET #/input_items", "POST #/cancel")) {
      String[] parts = call.split(" #", -1);
      RawResponse response = server().responder().call(parts[0], begun.in(path) + parts[1]);
      // What a server takes for another path's is refused by it.
      assertTrue(List.of(400, 404).contains(response.status()), call + response.text());
      assertNull(response.header("X-Odd"));
      assertTrue(!response.text().contains("root:"), response::text);
    }
    goOn(begun, sessions, said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "after=msg_never | invalid_value | after | Invalid value for 'after': this list has no such item.",
        "after=#ITEM | invalid_value | after | Invalid value for 'after': this list has no such item.",
        "after=..%2f..%2fetc | invalid_value | after | Invalid value for 'after': this list has no such item.",
        "after=#LONG | invalid_value | after | Invalid value for 'after': this list has no such item.",
        "order=up | invalid_value | order | Invalid value for 'order': expected 'asc' or 'desc'.",
        "limit=0 | integer_below_min_value | limit | Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        "limit=101 | integer_above_max_value | limit | Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
        "limit=ten | invalid_type | limit | Invalid type for 'limit': expected an integer.",
        "limit=99999999999 | invalid_type | limit | Invalid type for 'limit': expected an integer.",
      })
  default void listOfItems_behindWhatIsNoneOfThem_isRefused(
      String query, String code, String param, String message) {
    Begun begun = begin();
    String items = "/" + begun.first().id() + "/input_items?";
    JsonNode error = Errors.check(400, server().responder().call("GET", items + begun.in(query)));
    ObjectNode expected = Json.object().put("message", message);
    expected.put("type", "invalid_request_error").put("param", param).put("code", code);
    assertEquals(expected, error);
  }

  /** OpenAI's table of what is said of responses that are not there. */
  @Test
  default void whatIsNotThere_isToldByEachMethodAlike() {
    Responder responder = server().responder();
    Said unkept = responder.whole(Responder.asks("One").put("store", false), "1");
    Said deleted = responder.whole(Responder.asks("One"), "1");
    assertEquals(200, responder.call("DELETE", "/" + deleted.id()).status());
    for (String id : List.of(unkept.id(), deleted.id(), "resp_none")) {
      for (String call : List.of("GET #", "DELETE #", "GET #/input_items", "POST #/cancel")) {
        String[] parts = call.split(" ", 2);
        RawResponse response = responder.call(parts[0], "/" + parts[1].replace("#", id));
        JsonNode error = Errors.check(404, response);
        assertEquals("Response with id '" + id + "' not found.", error.path("message").asText());
        assertTrue(error.path("param").isNull() && error.path("code").isNull(), error::toString);
      }
      RawResponse refused = responder.refused(Responder.follows("And?", id));
      Errors.check(400, "previous_response_not_found", refused);
    }
  }
}
