package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.reliability.CountedTests;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The WAR run by itself, seen from outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(CountedTests.class)
class LauncherEndpointIT implements EndpointSuite {
  private static final String QUESTION =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

  @RegisterExtension final Servers servers = new Servers("launcher", ServerUnderTest::launcher);

  @Override
  public Servers servers() {
    return servers;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/chat/completions", "/v1/embeddings"})
  void callerWhoLeavesAWholeAnswer_isNoticed_andTheUpstreamIsClosed(String path) {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    RawClient client = RawClient.connect(endpoint.url());
    client.post(path, QUESTION, "X-Conversation-ID", id);
    Call call = endpoint.upstream().next();
    client.leave();
    call.awaitClosedByPeer(CallerCases.NOTICED);
    if (path.equals(Endpoint.CHAT)) {
      assertEquals(List.of("user:Hi"), endpoint.stored("conv-" + id).said());
    }
  }

  /** The connection goes on after it was watched, with what came meanwhile and what comes later. */
  @Test
  void requestsBehindAWaitingOne_areAnsweredInTurn() {
    Endpoint endpoint = usual();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      for (int i = 0; i < 2; i++) {
        client.post(Endpoint.CHAT, QUESTION, "X-Conversation-ID", Endpoint.freshId());
        Call call = endpoint.upstream().next();
        // Longer than it takes until the caller is watched.
        assertNull(endpoint.upstream().poll(Duration.ofMillis(1200)));
        client.post(Endpoint.CHAT, QUESTION, "X-Conversation-ID", Endpoint.freshId());
        assertNull(endpoint.upstream().poll(Duration.ofMillis(300)));
        call.respondJson(200, Completions.completion("one"));
        assertTrue(answered(client).contains("one"));
        endpoint.upstream().next().respondJson(200, Completions.completion("two"));
        assertTrue(answered(client).contains("two"));
      }
      client.post(Endpoint.CHAT, QUESTION, "X-Conversation-ID", Endpoint.freshId());
      Call last = endpoint.upstream().next();
      assertNull(endpoint.upstream().poll(Duration.ofMillis(1200)));
      last.respondJson(200, Completions.completion("three"));
      assertTrue(answered(client).contains("three"));
      client.post(Endpoint.CHAT, QUESTION, "X-Conversation-ID", Endpoint.freshId());
      endpoint.upstream().next().respondJson(200, Completions.completion("four"));
      assertTrue(answered(client).contains("four"));
    }
  }

  private static String answered(RawClient client) {
    RawResponse response = client.response();
    return response.status() + response.restText();
  }
}
