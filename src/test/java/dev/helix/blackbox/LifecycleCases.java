package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Servers that end, well or badly, and begin again on the same sessions. */
@Check("restart and kill -9")
interface LifecycleCases extends Fixture {
  @Test
  default void restart_theConversationGoesOn() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    talk.streamed("Before", "Yes");
    endpoint.restart();
    talk.again().streamed("After", "Also");
    assertEquals(
        List.of("user:Before", "assistant:Yes", "user:After", "assistant:Also"),
        talk.stored().said());
    List<String> parents =
        talk.stored().nodes().stream().map(n -> n.path("parent_id").asText()).toList();
    assertEquals(talk.stored().nodes().get(1).path("id").asText(), parents.get(2));
  }

  @Test
  default void kill_whatWasAcknowledgedIsThere_andTheConversationGoesOn() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    Talk other = endpoint.talk();
    other.whole("Acknowledged", "Indeed");
    RawClient client = talk.http().stream("Interrupted");
    Call call = endpoint.upstream().next();
    call.beginSse();
    call.sse(Completions.delta("Half an"));
    Talk.hears(client.response(), "Half an");
    endpoint.server().kill();
    client.close();
    endpoint.start();
    assertEquals(List.of("user:Acknowledged", "assistant:Indeed"), other.stored().said());
    assertEquals("user:Interrupted", talk.stored().said().get(0));
    talk.http().messages().clear();
    talk.again().streamed("Interrupted", "Not any more");
    assertEquals(List.of("Not any more"), talk.stored().answers("completed"));
    assertEquals(1, talk.stored().said().stream().filter("user:Interrupted"::equals).count());
  }

  @Test
  default void terminateDuringAStream_thatEndsInTime_isFinished() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Finish it")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("To the"));
      RawResponse response = client.response();
      Talk.hears(response, "To the");
      CompletableFuture<Integer> exit = endpoint.server().terminate();
      if (!finishesRequestsAtStop()) {
        exit.join();
        assertEquals(List.of("user:Finish it", "assistant:To the"), talk.stored().said());
        endpoint.start();
        return;
      }
      call.sse(Completions.delta(" end"));
      Talk.hears(response, " end");
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      assertTrue(response.restText().endsWith("data: [DONE]\n\n"), response::text);
      exit.join();
    }
    assertEquals(List.of("To the end"), talk.stored().answers("completed"));
    endpoint.start();
    talk.again().http().heard("To the end");
    talk.streamed("More", "Yes");
  }

  @Test
  default void terminateDuringAStream_thatDoesNotEnd_recordsWhatWasSaid() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Never ends")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("So far"));
      Talk.hears(client.response(), "So far");
      endpoint.server().terminate().join();
    }
    List<String> said = talk.stored().said();
    assertEquals(List.of("user:Never ends", "assistant:So far"), said);
    assertEquals(List.of(), talk.stored().answers("completed"));
    endpoint.start();
    talk.again().streamed("Once more", "Yes");
  }
}
