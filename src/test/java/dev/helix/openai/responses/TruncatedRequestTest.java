package dev.helix.openai.responses;

import static dev.helix.openai.responses.Requests.messages;
import static dev.helix.openai.responses.Requests.parse;
import static dev.helix.openai.responses.Requests.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.scripted.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is left out of a request that is too long for the model. */
class TruncatedRequestTest {
  /** All bodies one after the other, as the first letters of what is said. */
  private static List<String> bodies(String body, List<Message> history, Message system)
      throws InvalidRequestException {
    ResponseRequest asked = parse(body);
    TruncatedRequest request =
        new TruncatedRequest(
            asked, (stored, first) -> asked.bodyWith(stored, first, false), List.of(), null, false);
    List<String> said = new ArrayList<>();
    for (byte[] sent = request.body(history, system); sent != null; sent = request.shorter()) {
      said.add(said(sent));
      assertTrue(said.size() < 20, said::toString);
    }
    return said;
  }

  private static String said(byte[] body) {
    StringBuilder said = new StringBuilder();
    Json.read(body)
        .path("messages")
        .forEach(
            message ->
                said.append(
                    message.has("tool_calls") ? "(" : message.path("content").asText() + " "));
    return said.toString().strip();
  }

  private static List<Message> turns(int from, int to) {
    List<Message> turns = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      turns.add(Message.of("user", "q" + i));
      turns.add(Message.of("assistant", "a" + i));
    }
    return turns;
  }

  @Test
  void oldestTurns_areLeftOut_aQuarterAtATime_andTheLastOneStays() throws Exception {
    assertEquals(
        List.of("q1 a1 q2 a2 q3 a3 q4 a4 q", "q3 a3 q4 a4 q", "q4 a4 q", "q"),
        bodies("{'input':'q'}", turns(1, 4), null));
  }

  @Test
  void instructionsAndSystemMessages_stay_whereverTheyAre() throws Exception {
    List<Message> history = new ArrayList<>(turns(1, 1));
    history.add(Message.of("developer", "d"));
    history.addAll(turns(2, 2));
    String input = "[{'role':'system','content':'s'},{'role':'user','content':'q'}]";
    List<String> said =
        bodies("{'instructions':'i','input':" + input + "}", history, Message.of("system", "old"));
    assertEquals("i s q1 a1 d q2 a2 q", said.get(0));
    assertEquals("i s d q2 a2 q", said.get(1));
    assertEquals("i s d q", said.get(said.size() - 1));
    assertEquals("old d q", last(bodies("{'input':'q'}", history, Message.of("system", "old"))));
  }

  private static String last(List<String> all) {
    return all.get(all.size() - 1);
  }

  @Test
  void callsAndTheirResults_goTogether_andThoseOfTheLastTurnStay() throws Exception {
    List<Message> called =
        messages(
            "{'role':'user','content':'q1'}"
                + " {'role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':{'name':'f','arguments':'{}'}}]}"
                + " {'role':'tool','tool_call_id':'c','content':'r)'}"
                + " {'role':'assistant','content':'a1'}"
                + " {'role':'user','content':'q2'}"
                + " {'role':'assistant','content':null,'tool_calls':[{'id':'d','type':'function','function':{'name':'f','arguments':'{}'}}]}");
    String result = "[{'type':'function_call_output','call_id':'d','output':'s)'}]";
    assertEquals(
        List.of("q1 (r) a1 q2 (s)", "q2 (s)"), bodies("{'input':" + result + "}", called, null));
  }

  @Test
  void whatAToolHasShown_beginsNoTurn() throws Exception {
    String input =
        "[{'role':'user','content':'q'},{'type':'function_call','call_id':'c','name':'f'},"
            + "{'type':'function_call_output','call_id':'c','output':[{'type':'input_text','text':'r)'},"
            + "{'type':'input_image','image_url':'u'}]}]";
    List<String> said = bodies("{'input':" + input + "}", turns(1, 1), null);
    assertEquals(List.of("q1 a1 q (r)", "q (r)"), said);
  }

  @Test
  void aHistoryThatIsResent_isCutAsOneThatIsStored() throws Exception {
    String input =
        "[{'role':'user','content':'q1'},{'role':'assistant','content':'a1'},"
            + "{'role':'user','content':'q'}]";
    assertEquals(List.of("q1 a1 q", "q"), bodies("{'input':" + input + "}", List.of(), null));
  }

  @Test
  void aSingleTurn_isNotCut() throws Exception {
    assertEquals(List.of("q"), bodies("{'input':'q'}", List.of(), null));
  }

  @Test
  void longConversations_takeABoundedNumberOfTries() throws Exception {
    List<String> said = bodies("{'input':'q'}", turns(1, 1000), null);
    assertEquals(9, said.size());
    assertEquals("q", last(said));
  }

  @Test
  void fieldsBesidesTheMessages_areTheSame() throws Exception {
    ResponseRequest asked = parse("{'model':'m','temperature':0.5,'input':'q'}");
    TruncatedRequest request =
        new TruncatedRequest(
            asked,
            (none, first) -> asked.bodyWith(turns(1, 1), first, false),
            turns(1, 1),
            null,
            false);
    String whole = text(request.body(List.of(), null));
    assertTrue(whole.contains("q1"), whole);
    assertEquals(
        "{'model':'m','messages':[{'role':'user','content':'q'}],'temperature':0.5}",
        text(request.shorter()));
    assertEquals(null, request.shorter());
  }
}
