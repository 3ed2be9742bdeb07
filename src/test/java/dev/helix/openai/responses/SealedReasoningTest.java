package dev.helix.openai.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.openai.conversations.ConversationsServlet;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.Owner;
import dev.helix.session.OwnerSeals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model thought, sealed for who takes it along. */
class SealedReasoningTest {
  private static final String INCLUDE = ",'include':['reasoning.encrypted_content']";
  private static final String CALL =
      "{'choices':[{'index':0,'finish_reason':'tool_calls','message':{'role':'assistant',"
          + "'content':null,'reasoning_content':'Odd \\u00e9.','tool_calls':[{'id':'c1',"
          + "'type':'function','function':{'name':'f','arguments':'{}'}}]}}]}";
  private static final String ANSWER =
      "{'choices':[{'index':0,'finish_reason':'stop','message':{'role':'assistant',"
          + "'content':'A','reasoning_content':'Odd.'}}]}";
  private static final String TOOL = ",'tools':[{'type':'function','name':'f','parameters':{}}]";

  @TempDir Path folder;
  private ResponsesService service;

  @BeforeEach
  void start() throws Exception {
    service = new ResponsesService(folder);
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
  }

  private static String completion() {
    return CALL.replace('\'', '"');
  }

  private static String sealOf(JsonNode response) {
    JsonNode item = response.at("/output/0");
    assertEquals("reasoning", item.path("type").asText(), response::toString);
    return item.path("encrypted_content").asText(null);
  }

  /** The input of the round behind the call, whose reasoning has lost its id and its words. */
  private static String round(String seal) {
    return "'input':[{'role':'user','content':'Q'},{'type':'reasoning','summary':[],"
        + "'encrypted_content':'"
        + seal
        + "'},{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
        + "{'type':'function_call_output','call_id':'c1','output':'42'}]";
  }

  /** The answers that the upstream is sent with a request, as JSON. */
  private List<JsonNode> answersSentFor(String body, String... headers) {
    try (RawClient client = service.post("", body, headers)) {
      Call call = service.call();
      List<JsonNode> answers = new ArrayList<>();
      call.request()
          .json()
          .path("messages")
          .forEach(
              message -> {
                if (message.path("role").asText().equals("assistant")) {
                  answers.add(message);
                }
              });
      call.respondJson(200, Completions.completion("Done."));
      RawResponse response = ResponsesService.whole(client);
      assertEquals(200, response.status(), response::text);
      return answers;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void whatWasThought_comesBackSealed_andGoesToTheUpstreamAsItWas(String store) {
    String asked = "{'model':'m','store':" + store + INCLUDE + TOOL + ",'input':'Q'}";
    String seal = sealOf(service.answered("", asked, completion()));
    assertTrue(seal.matches("[A-Za-z0-9_-]{40,200}"), seal);
    assertTrue(!seal.contains("Odd"), seal);
    String next = "{'model':'m','store':" + store + TOOL + "," + round(seal) + "}";
    List<JsonNode> answers = answersSentFor(next);
    assertEquals(1, answers.size());
    assertEquals("Odd é.", answers.get(0).path("reasoning_content").asText());
    assertEquals("c1", answers.get(0).at("/tool_calls/0/id").asText());
  }

  @Test
  void sealedThoughts_areSentAsInheritedOnesAre() {
    String asked = "{'model':'m'" + INCLUDE + ",'input':'Q'}";
    JsonNode first = service.answered("", asked, ANSWER.replace('\'', '"'));
    String inherited =
        answersSentFor(
                "{'model':'m','input':'R','previous_response_id':'"
                    + first.path("id").asText()
                    + "'}")
            .toString();
    String brought =
        answersSentFor(
                "{'model':'m','store':false,'input':[{'role':'user','content':'Q'},"
                    + "{'type':'reasoning','summary':[],'encrypted_content':'"
                    + sealOf(first)
                    + "'},{'role':'assistant','content':'A'},{'role':'user','content':'R'}]}")
            .toString();
    assertEquals(inherited, brought);
  }

  @Test
  void nothingIsSealed_whereNobodyAsks() {
    JsonNode plain = service.answered("", "{'model':'m'" + TOOL + ",'input':'Q'}", completion());
    assertNull(sealOf(plain));
    String path = "/" + plain.path("id").asText();
    assertNull(sealOf(service.get(path)));
    String seal = sealOf(service.get(path + "?include[]=reasoning.encrypted_content"));
    assertEquals(seal, sealOf(service.get(path + "?include=reasoning.encrypted_content")));
    assertNotEquals(null, seal);
    RawResponse refused =
        RawClient.get(service.chat.url(), "/v1/responses" + path + "?include=nonsense");
    assertEquals(400, refused.status());
    assertEquals("include", refused.json().at("/error/param").asText());
  }

  @Test
  void streamedItem_storedResponse_andItsEnd_haveTheSameSeal() {
    String body = "{'model':'m','stream':true" + INCLUDE + TOOL + ",'input':'Q'}";
    EventStream events;
    try (RawClient client = service.post("", body)) {
      ChunkScript.give(
          service.call(), "thought=Hm|thought=m.|call=0,c1,f,{}|finish=tool_calls|usage|done");
      events = EventStream.of(client.response().restText());
    }
    JsonNode completed = events.response(); // Whose items are those of the events before.
    String seal = sealOf(completed);
    assertFalse(seal.isEmpty());
    assertEquals(completed, service.get("/" + completed.path("id").asText()));
    List<JsonNode> answers = answersSentFor("{'model':'m'" + TOOL + "," + round(seal) + "}");
    assertEquals("Hmm.", answers.get(0).path("reasoning_content").asText());
  }

  /** What is no seal of the asker's: another provider's, another's, a damaged one. */
  private List<String> foreign() {
    OwnerSeals seals = service.chat.seals;
    String own = seals.of("reasoning").sealAlike(Owner.ANONYMOUS, "Mine.");
    return List.of(
        "gAAAAABpLw3kq0YyW8S-fV2uT1_x0Zr9bQ==",
        seals.of("reasoning").sealAlike(new Owner("t", "bob"), "Mine."),
        seals.seal(Owner.ANONYMOUS, "A summary."),
        own.substring(0, own.length() - 5) + "AAAAA",
        own.substring(4),
        "not/base64url é",
        "x".repeat(1 << 16));
  }

  @Test
  void historyThatBeganElsewhere_goesOn_andItsSealsSayNothing() {
    for (String seal : foreign()) {
      for (String store : List.of("true", "false")) {
        String body = "{'model':'m','store':" + store + TOOL + "," + round(seal) + "}";
        List<JsonNode> answers = answersSentFor(body);
        assertEquals(1, answers.size());
        assertFalse(answers.get(0).has("reasoning_content"), answers::toString);
        assertEquals("c1", answers.get(0).at("/tool_calls/0/id").asText());
      }
    }
  }

  @Test
  void summaryBesideAForeignSeal_isSentAsItWouldBeWithoutTheSeal() {
    for (String words :
        List.of(
            "'summary':[{'type':'summary_text','text':'Brief.'}]",
            "'summary':[],'content':[{'type':'reasoning_text','text':'Brief.'}]")) {
      for (String seal : foreign()) {
        String body =
            "{'model':'m'" + TOOL + "," + round(seal).replace("'summary':[]", words) + "}";
        List<JsonNode> answers = answersSentFor(body);
        assertEquals("Brief.", answers.get(0).path("reasoning_content").asText());
      }
    }
  }

  @Test
  void itemWithAForeignSeal_isAddedToAConversation_andToldAsItCame() {
    String seal = foreign().get(0);
    String item =
        "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'" + seal + "'}";
    String body =
        "{'items':[{'role':'user','content':'Q'}," + item + ",{'role':'assistant','content':'A'}]}";
    service.chat.add(new ConversationsServlet(), "/v1/conversations/*");
    RawResponse added =
        RawClient.exchange(
            service.chat.url(),
            "POST",
            "/v1/conversations",
            body.replace('\'', '"').getBytes(UTF_8),
            "Content-Type",
            "application/json");
    assertEquals(200, added.status(), added::text);
    String path = "/v1/conversations/" + added.json().path("id").asText() + "/items/rs_1";
    JsonNode told = RawClient.get(service.chat.url(), path).json();
    assertEquals(seal, told.path("encrypted_content").asText());
  }

  @Test
  void thoughtsThatAreTooLong_areTold_andNotSealed() {
    SealedThoughts seals = new SealedThoughts(service.chat.seals, Owner.ANONYMOUS);
    for (int more : new int[] {0, 1}) {
      Map<String, Object> item = new HashMap<>();
      item.put("type", "reasoning");
      item.put("summary", List.of(Map.of("text", "x".repeat(SealedThoughts.LONGEST + more))));
      assertEquals(more == 0, seals.added(item).containsKey("encrypted_content"));
    }
  }

  @Test
  void aStoreWhoseSecretCannotBeHad_isToldBeforeTheUpstreamIsAsked() {
    service.chat.breakStore("ownerSecret", "findOwnerSecret");
    RawResponse refused = service.told("", "{'model':'m'" + INCLUDE + ",'input':'Q'}");
    assertEquals(500, refused.status(), refused::text);
    assertNull(service.chat.upstream.poll(Duration.ZERO));
    assertEquals(List.of(), service.chat.sessions.list(10));
  }
}
