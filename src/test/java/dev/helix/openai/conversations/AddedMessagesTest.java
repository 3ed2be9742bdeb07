package dev.helix.openai.conversations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.items.AddedItem;
import dev.helix.openai.items.Compactions;
import dev.helix.openai.items.PathItems;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.responses.Requests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which messages items become, and that they are told from these as they were given. */
class AddedMessagesTest {
  private static final String CALL =
      "{'type':'function_call','call_id':'c%d','name':'w','arguments':'{}'}";
  private static final String OUTPUT =
      "{'type':'function_call_output','call_id':'c%d','output':'o%d'}";
  private static final String SAID = "{'role':'assistant','content':'Said'}";
  private static final String ASKED = "{'role':'user','content':'Asked'}";
  private static final String THOUGHT =
      "{'type':'reasoning','summary':[{'type':'summary_text','text':'Hm'}]}";
  private static final String SEARCH = "{'type':'web_search_call','id':'ws_1','x':1.5}";

  private final List<Message> path = new ArrayList<>();

  private static List<AddedItem> items(String... items) throws InvalidRequestException {
    String body = "{'items':[" + String.join(",", items) + "]}";
    byte[] json = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return AddedItem.read(JsonFields.ofBody(json).get("items"), "items", Compactions.NONE);
  }

  /** Adds to the path, and says which messages came, as a role, what it says, and its calls. */
  private List<String> add(String... items) throws InvalidRequestException {
    AddedMessages added = AddedMessages.of(items(items), path, Requests.compactions());
    assertEquals(items.length, added.items().size());
    List<String> messages = new ArrayList<>();
    for (Message message : added.messages()) {
      Message stored = Message.parse(message.elementJson());
      path.removeIf(there -> there.id().equals(stored.id()));
      path.add(stored);
      int calls = new String(stored.wireJson(), StandardCharsets.UTF_8).split("\"c[0-9]\"").length;
      boolean result = stored.role().equals("tool");
      messages.add(stored.role() + ":" + stored.text() + (result ? "" : ":" + (calls - 1)));
    }
    return messages;
  }

  private List<String> told() {
    return PathItems.of(path).items().stream().map(item -> (String) item.get("type")).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'function_call','call_id':'c','name':'f'} | items[1].arguments",
        "{'type':'custom_tool_call','call_id':'c','name':'f'} | items[1].input",
        "{'type':'function_call_output','call_id':'c'} | items[1].output",
        "{'type':'custom_tool_call_output','call_id':'c'} | items[1].output",
      })
  void itemWithoutWhatItsTypeAlwaysHas_isRefused(String item, String param) {
    InvalidRequestException refused =
        assertThrows(
            InvalidRequestException.class, () -> items("{'role':'user','content':'Q'}," + item));
    assertEquals("missing_required_parameter", refused.error().code());
    assertEquals(param, refused.error().param());
  }

  @Test
  void callsThatFollowOneAnother_areOneMessage_withWhatWasSaidAndThoughtBefore() throws Exception {
    assertEquals(
        List.of("user:Asked:0", "assistant:Said:2", "tool:o1", "tool:o2", "assistant:Said:0"),
        add(
            ASKED,
            THOUGHT,
            SAID,
            CALL.formatted(1),
            CALL.formatted(2),
            OUTPUT.formatted(1, 1),
            OUTPUT.formatted(2, 2),
            SAID));
    assertEquals(
        List.of(
            "message",
            "reasoning",
            "message",
            "function_call",
            "function_call",
            "function_call_output",
            "function_call_output",
            "message"),
        told());
  }

  @Test
  void callsThatComeOneByOne_joinTheMessageThatThePathEndsIn() throws Exception {
    assertEquals(List.of("assistant:Said:1"), add(SAID, CALL.formatted(1)));
    assertEquals(List.of("assistant:Said:2"), add(THOUGHT, CALL.formatted(2)));
    assertEquals(1, path.size());
    assertEquals(List.of("tool:o1"), add(OUTPUT.formatted(1, 1)));
    assertEquals(List.of("assistant::1"), add(CALL.formatted(3)));
    assertEquals(
        List.of(
            "message",
            "function_call",
            "reasoning",
            "function_call",
            "function_call_output",
            "function_call"),
        told());
  }

  @Test
  void thoughtsBetweenTwoAnswers_areOfTheSecond() throws Exception {
    assertEquals(List.of("assistant:Said:0", "assistant:Said:0"), add(SAID, THOUGHT, SAID));
    assertEquals(List.of("message", "reasoning", "message"), told());
  }

  @Test
  void whatGoesToNoBackend_isKept_inAMessageThatSaysNothing() throws Exception {
    assertEquals(List.of("assistant::0"), add(SEARCH));
    assertEquals(List.of("assistant:Said:0"), add(SAID));
    assertEquals(1, path.size());
    assertEquals(List.of("web_search_call", "message"), told());
    assertEquals(1.5, PathItems.of(path).items().get(0).get("x"));
  }

  @Test
  void imagesOfTools_standBehindAllResults_andAreNoItems() throws Exception {
    String image = "[{'type':'input_image','image_url':'data:image/png;base64,AAAA'}]";
    List<String> messages =
        add(
            CALL.formatted(1),
            CALL.formatted(2),
            OUTPUT.formatted(1, 1).replace("'o1'", image),
            OUTPUT.formatted(2, 2),
            ASKED);
    assertEquals(List.of("assistant::2", "tool:", "tool:o2", "user::0", "user:Asked:0"), messages);
    assertEquals(5, told().size());
  }

  @Test
  void imageOfAUser_isKeptOnce() throws Exception {
    add(
        "{'role':'user','content':[{'type':'input_text','text':'See'},"
            + "{'type':'input_image','image_url':'data:image/png;base64,AAAA'}]}");
    String element = new String(path.get(0).elementJson(), StandardCharsets.UTF_8);
    assertEquals(2, element.split("base64,AAAA", -1).length);
    assertEquals(
        "[{type=input_text, text=See}, {type=input_image, image_url=data:image/png;base64,AAAA,"
            + " detail=auto}]",
        PathItems.of(path).items().get(0).get("content").toString());
  }

  @Test
  void itemsIdsAreTheirOwn_andOfAPathOnce() throws Exception {
    add("{'id':'msg_1','role':'user','content':'One'}", CALL.formatted(1), CALL.formatted(2));
    List<String> ids =
        PathItems.of(path).items().stream().map(item -> (String) item.get("id")).toList();
    assertEquals("msg_1", ids.get(0));
    assertEquals(3, ids.stream().distinct().count());
    assertEquals(ids, path.stream().flatMap(message -> PathItems.ids(message).stream()).toList());
    InvalidRequestException again =
        assertThrows(
            InvalidRequestException.class,
            () -> add("{'id':'msg_1','role':'user','content':'Two'}"));
    assertEquals("invalid_value", again.error().code());
  }

  @Test
  void restOfAMessage_isMadeOfItsOtherItems() throws Exception {
    add(THOUGHT, SEARCH, SAID, CALL.formatted(1));
    Message message = path.get(0);
    List<Map<String, Object>> items = PathItems.of(path).items();
    path.clear();
    Message rest = message;
    for (int left = items.size() - 1; left > 0; left--) {
      String erased = (String) items.get(items.size() - 1 - left).get("id");
      rest = AddedMessages.rest(rest, erased, Requests.compactions());
      rest = Message.parse(rest.elementJson());
      assertEquals(left, PathItems.of(List.of(rest)).items().size());
      assertEquals(
          items.subList(items.size() - left, items.size()), PathItems.of(List.of(rest)).items());
    }
    assertEquals("", rest.text());
    assertNull(AddedMessages.rest(rest, (String) items.get(3).get("id"), Compactions.NONE));
  }
}
