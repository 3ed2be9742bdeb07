package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.HttpConversation;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Background prompts that no header names, and turns that look like them. */
@Check("background prompts")
interface TaskCases extends Fixture {
  /** A prompt of our own with the marks of Open WebUI's templates. */
  String TITLE =
      """
      ### Task:
      Give this talk a name.
      ### Output:
      JSON format: { "name": "…" }
      ### Chat History:
      <chat_history>
      USER: How far is it?
      </chat_history>""";

  /** A question with retrieved text before it, in the form of Open WebUI's template. */
  String RETRIEVAL =
      """
      ### Task:
      Answer by the text below.
      ### Output:
      An answer.
      <context>
      <source id="1" name="map.txt"><chat_history>12 km</chat_history></source>
      </context>

      How far is it?""";

  /** A lone prompt as Open WebUI sends its tasks, with nothing but the chat's id. */
  private static RawResponse task(Endpoint endpoint, String id) {
    Talk talk = endpoint.talkWith("X-OpenWebUI-Chat-Id", id);
    RawResponse response = talk.whole(TITLE, "{\"name\":\"Far\"}");
    assertNull(response.header("X-Session-ID"));
    assertEquals(id, response.header("X-Conversation-ID"));
    assertTrue(response.text().contains("Far"), response::text);
    return response;
  }

  @Test
  default void taskBeforeTheFirstTurn_isAnswered_andLeavesNothing() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    task(endpoint, id);
    Talk talk = endpoint.talkIn(id);
    assertFalse(talk.stored().exists());

    talk.streamed("How far is it?", "12 km");
    assertEquals("How far is it?", talk.stored().status().path("original_request").asText());
    assertEquals(List.of("user:How far is it?", "assistant:12 km"), talk.stored().said());
  }

  @Test
  default void taskBetweenTurns_leavesTheTranscriptAsItIs() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    Talk talk = endpoint.talkIn(id);
    talk.streamed("How far is it?", "12 km");
    List<?> before = talk.stored().elements();
    task(endpoint, id);
    task(endpoint, id);
    assertEquals(before, talk.stored().elements());

    talk.streamed("And back?", "The same");
    assertEquals(4, talk.stored().nodes().size());
  }

  @Test
  default void taskWithStoredHistory_isSentAsItIs() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    endpoint.talkIn(id).streamed("How far is it?", "12 km");
    HttpConversation http = endpoint.talkIn(id, "X-Conversation-History", "stored").http();
    try (RawClient client = http.ask(TITLE)) {
      Call call = endpoint.upstream().next();
      assertEquals(1, call.request().json().path("messages").size());
      call.respondJson(200, Completions.completion("Far"));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  default void taskThatTheUpstreamRefuses_getsItsError_andLeavesNothing() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    HttpConversation http = endpoint.talkWith("X-OpenWebUI-Chat-Id", id).http();
    try (RawClient client = http.ask(TITLE)) {
      endpoint
          .upstream()
          .next()
          .respondJson(429, Completions.error("Slowly", "rate_limit_error", "slow"));
      Errors.check(429, "slow", client.response());
    }
    assertFalse(endpoint.talkIn(id).stored().exists());
  }

  @Test
  default void questionWithRetrievedText_isATurn() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    assertNotNull(talk.whole(RETRIEVAL, "12 km").header("X-Session-ID"));
    assertEquals(List.of("user:" + RETRIEVAL, "assistant:12 km"), talk.stored().said());
  }

  @Test
  default void streamedTaskPrompt_isATurn() {
    Talk talk = usual().talk();
    talk.streamed(TITLE, "Far");
    assertEquals(List.of("user:" + TITLE, "assistant:Far"), talk.stored().said());
  }

  @Test
  default void taskPromptWithAnEmptyTaskHeader_isATurn() {
    Talk talk = usual().talk("X-OpenWebUI-Task", "");
    talk.whole(TITLE, "Far");
    assertEquals(List.of("user:" + TITLE, "assistant:Far"), talk.stored().said());
  }

  @Test
  default void taskPromptAmongOtherMessages_isATurn() {
    Talk talk = usual().talk();
    talk.whole("How far is it?", "A mile");
    talk.whole(TITLE, "Far");
    assertEquals(
        List.of("user:How far is it?", "assistant:A mile", "user:" + TITLE, "assistant:Far"),
        talk.stored().said());
  }

  @Test
  default void taskPromptBehindASystemPrompt_leavesNothing() {
    Talk talk = usual().talk();
    talk.http().add(Json.message("system", "Be kind."));
    assertNull(talk.whole(TITLE, "Far").header("X-Session-ID"));
  }

  @Test
  default void temporaryChat_isNeverKept_whateverHistoryIsAskedFor() {
    Endpoint endpoint = usual();
    String name = Endpoint.freshId();
    for (String id : List.of("temporary:" + name, "local:" + name)) {
      for (String history : List.of("", "client", "stored")) {
        Talk talk = endpoint.talkWith("X-OpenWebUI-Chat-Id", id, "X-Conversation-History", history);
        RawResponse response = talk.whole("Forget me", "Gladly");
        assertNull(response.header("X-Session-ID"));
        assertEquals(id, response.header("X-Conversation-ID"));
        assertEquals(3, talk.streamed("And this", "Too").json().path("messages").size());
      }
    }
    assertTrue(endpoint.sessionFolders().stream().noneMatch(folder -> folder.contains(name)));
    assertNull(endpoint.upstream().poll(Duration.ZERO));
  }

  @Test
  default void channel_isOneConversation_ofAllWhoSpeakInIt() {
    Endpoint endpoint = usual();
    String name = Endpoint.freshId();
    String session = null;
    for (String caller : List.of("ann", "bob")) {
      Talk talk =
          endpoint.talkWith(
              "X-OpenWebUI-Chat-Id", "channel:" + name, "X-OpenWebUI-User-Id", caller);
      String named = talk.whole("It is me, " + caller, "Hello " + caller).header("X-Session-ID");
      assertTrue(named.startsWith("conv-channel-" + name.substring(0, 8)), named);
      assertTrue(session == null || session.equals(named));
      session = named;
    }
    assertEquals(4, endpoint.stored(session).nodes().size());
    assertEquals(
        "channel:" + name, endpoint.stored(session).status().path("conversation_id").asText());
  }
}
