package dev.helix.openai.responses;

import static dev.helix.openai.responses.Requests.messages;
import static dev.helix.openai.responses.Requests.parse;
import static dev.helix.openai.responses.Requests.wire;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Input that belongs to what is stored: calls and outputs, items sent again, references. */
class StoredItemsTest {
  private static final String ASK = "{'role':'user','content':'Q'}";

  private static String call(String id) {
    return "{'type':'function_call','id':'fc_"
        + id
        + "','call_id':'"
        + id
        + "','name':'f','arguments':'{}'}";
  }

  private static String output(String id) {
    return "{'type':'function_call_output','call_id':'" + id + "','output':'R'}";
  }

  private static String called(String... ids) {
    StringBuilder calls = new StringBuilder();
    for (String id : ids) {
      calls
          .append(calls.isEmpty() ? "" : ",")
          .append("{'id':'" + id + "','type':'function','function':{'name':'f','arguments':'{}'}}");
    }
    return "{'role':'assistant','content':null,'tool_calls':[" + calls + "]}";
  }

  private static String result(String id) {
    return "{'role':'tool','content':'R','tool_call_id':'" + id + "'}";
  }

  /** Letters in capitals are calls, small ones outputs or results, {@code q} a question. */
  private static String items(String letters) {
    StringBuilder items = new StringBuilder();
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      String id = String.valueOf(letter).toLowerCase(Locale.ROOT);
      String item = letter == 'q' ? ASK : Character.isUpperCase(letter) ? call(id) : output(id);
      items.append(items.isEmpty() ? "" : ",").append(item);
    }
    return "{'previous_response_id':'r','input':[" + items + "]}";
  }

  private static List<Message> path(String letters) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      String id = String.valueOf(letter).toLowerCase(Locale.ROOT);
      String message =
          letter == 'q' ? ASK : Character.isUpperCase(letter) ? called(id) : result(id);
      path.append(path.isEmpty() ? "" : " ").append(message);
    }
    return messages(path.toString());
  }

  @ParameterizedTest
  @CsvSource({"qAa,q", "qABab,q", "a,qA", "aBb,qA", "q,q", "q,qAaq", "'',qAa", "Aa,qAa", "aA,q"})
  void callsWithOutputs_areTaken(String items, String path) throws Exception {
    parse(items(items)).checkCalls(path(path));
  }

  @ParameterizedTest
  @CsvSource({
    "qA,q,No tool output found for function call a.",
    "qABa,q,No tool output found for function call b.",
    "q,qA,No tool output found for function call a.",
    "'',qA,No tool output found for function call a.",
    "a,q,No tool call found for function call output with call_id a.",
    "Aab,q,No tool call found for function call output with call_id b.",
    "ab,qA,No tool call found for function call output with call_id b."
  })
  void callWithoutOutput_andOutputWithoutCall_areRefused(String items, String path, String message)
      throws Exception {
    ResponseRequest request = parse(items(items));
    ApiError error =
        assertThrows(InvalidRequestException.class, () -> request.checkCalls(path(path))).error();
    assertEquals(new ApiError(400, message, "invalid_request_error", "input", null), error);
  }

  @Test
  void someOfSeveralStoredCalls_areNotEnough() throws Exception {
    List<Message> path = messages(ASK + " " + called("a", "b") + " " + result("a"));
    parse(items("b")).checkCalls(path);
    ResponseRequest none = parse(items("q"));
    InvalidRequestException refused =
        assertThrows(InvalidRequestException.class, () -> none.checkCalls(path));
    assertEquals("No tool output found for function call b.", refused.error().message());
  }

  @Test
  void longIds_areToldInPart() throws Exception {
    ResponseRequest request = parse("{'input':[" + output("x".repeat(100_000)) + "]}");
    InvalidRequestException refused =
        assertThrows(InvalidRequestException.class, () -> request.checkCalls(List.of()));
    assertTrue(refused.getMessage().length() < 300);
  }

  @Test
  void ids_areThoseOfItemsAndCalls() throws Exception {
    ResponseRequest request =
        parse(
            "{'input':[{'id':'msg_1','role':'assistant','content':'A'},"
                + "{'type':'reasoning','id':'rs_1'},{'id':'ref'},"
                + call("a")
                + ","
                + output("a")
                + "]}");
    assertEquals(Set.of("msg_1", "rs_1", "ref", "fc_a", "a", "output of a"), request.itemIds());
    assertFalse(request.isPlain());
    assertTrue(parse("{'input':[" + ASK + "]}").isPlain());
  }

  @ParameterizedTest
  @CsvSource({"Aa,qA,a", "Aaq,qAa,q", "AaBb,qAa,Bb", "aq,qAa,q", "Aa,qAaqA,a", "Aa,q,Aa"})
  void whatThePathHas_isDropped_andANewOutputIsNot(String items, String path, String rest)
      throws Exception {
    ResponseRequest request = parse(items(items));
    ResponseRequest fresh = request.without(ResponseRequest.idsOnPath(path(path)));
    assertEquals(wire(parse(items(rest)).messages()), wire(fresh.messages()));
    fresh.checkCalls(path(path));
  }

  @Test
  void itemsAreDroppedByTheirIds() throws Exception {
    ResponseRequest request =
        parse(
            "{'input':[{'id':'msg_1','role':'assistant','content':'A'},{'id':'msg_2'},"
                + call("a")
                + ","
                + ASK
                + "]}");
    assertEquals(
        "{'role':'user','content':'Q'}",
        wire(request.without(Set.of("msg_1", "msg_2", "fc_a")).messages()));
    assertSame(request, request.without(Set.of("other")));
  }

  @ParameterizedTest
  @CsvSource({"Aa,a", "AaBb,b", "qAa,qa"})
  void whatIsSaidBeforeAStoredCall_isDroppedWithIt(String items, String rest) throws Exception {
    String said = "{'role':'assistant','content':'I look.'},";
    String sent =
        items(items).replace("{'type':'function_call',", said + "{'type':'function_call',");
    List<Message> path = path(items.startsWith("AaB") ? "qAaB" : "qA");
    ResponseRequest fresh = parse(sent).without(ResponseRequest.idsOnPath(path));
    assertEquals(wire(parse(items(rest)).messages()), wire(fresh.messages()));
  }

  @Test
  void whatIsSaidElsewhere_isNotDroppedWithAStoredCall() throws Exception {
    String said = "{'role':'assistant','content':'So.'}";
    ResponseRequest request =
        parse("{'input':[" + said + "," + ASK + "," + call("a") + "," + call("b") + "]}");
    assertEquals(
        "{'role':'assistant','content':'So.'} " + ASK,
        wire(request.without(Set.of("a", "b")).messages()));
  }

  @Test
  void references_areReplacedByWhatIsStored() throws Exception {
    ResponseRequest request =
        parse(
            "{'input':[{'id':'u'},{'type':'item_reference','id':'rs'},{'type':null,'id':'m'},"
                + "{'id':'f1'},{'id':'f2'},"
                + output("a")
                + ",{'id':'o'},"
                + ASK
                + "]}");
    assertEquals(Set.of("u", "rs", "m", "f1", "f2", "o"), request.itemReferences());
    assertThrows(IllegalStateException.class, request::messages);
    Map<String, List<Message>> stored =
        Map.of(
            "u", messages("{'role':'user','content':[{'type':'text','text':'é'}]}"),
            "rs", List.of(),
            "m", messages("{'role':'assistant','content':'A','annotations':[]}"),
            "f1", messages(called("a")),
            "f2", messages(called("b")),
            "o", messages(result("b")));
    ResponseRequest resolved = request.resolved(stored);
    assertEquals(Set.of(), resolved.itemReferences());
    resolved.checkCalls(List.of());
    assertEquals(
        "{'role':'user','content':[{'type':'text','text':'é'}]} "
            + called("a", "b").replace("null", "'A'")
            + " {'role':'tool','content':'R','tool_call_id':'a'} "
            + result("b")
            + " "
            + ASK,
        wire(resolved.messages()));
  }

  @ParameterizedTest
  @CsvSource({"true,''", "false, Items are not kept where 'store' is false."})
  void referenceToNothing_isUnknown(boolean store, String why) throws Exception {
    ResponseRequest request = parse("{'store':" + store + ",'input':[{'id':'m'}]}");
    ApiError error =
        assertThrows(InvalidRequestException.class, () -> request.resolved(Map.of())).error();
    String message = "Item with id 'm' not found." + (why.isEmpty() ? "" : " " + why);
    assertEquals(new ApiError(404, message, "invalid_request_error", "input", null), error);
  }

  @Test
  void anItemThatIsReferredToTwice_isRefused_asEachTakesItsRoom() throws Exception {
    ResponseRequest request = parse("{'input':[{'id':'m'},{'id':'n'},{'id':'m'}]}");
    ApiError error = assertThrows(InvalidRequestException.class, request::itemReferences).error();
    assertEquals("invalid_value", error.code());
    assertEquals("input", error.param());
    assertTrue(error.message().startsWith("Duplicate item found with id m."), error::message);
  }
}
