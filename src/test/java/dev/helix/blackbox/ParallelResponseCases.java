package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Responses at the same time, and responses that are asked for as soon as they are told. */
interface ParallelResponseCases extends KeptServerFixture {
  int TURNS = 16;
  int CALLERS = 8;

  /** Has each question answered with what it was, streamed or whole; gives what was sent. */
  private List<List<String>> answerAll() {
    List<List<String>> asked = Collections.synchronizedList(new ArrayList<>());
    server()
        .upstream()
        .answerAlways(request -> request.method().equals("POST") ? answer(asked, request) : null);
    return asked;
  }

  private static Reply answer(List<List<String>> asked, Request request) {
    asked.add(Responder.sent(request));
    String last = request.lastMessage();
    return request.json().path("stream").asBoolean()
        ? Reply.sse(Completions.chunks("to ", last))
        : Reply.json(200, Completions.completion("to " + last));
  }

  @Test
  default void sixteenTurnsOfOneConversationAtOnce_eachSeesAllBeforeIt_andStandInPairs() {
    String id = Endpoint.freshId();
    Responder responder = server().responder();
    String session =
        server()
            .chat(id, "stored", false, "a", Json.message("user", "q"))
            .http()
            .header("X-Session-ID");
    List<List<String>> asked = answerAll();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < TURNS; i++) {
      clients.add(
          i % 4 == 3 // Some are chat turns.
              ? server().post(id, "stored", i % 8 == 3, Json.message("user", "Q" + i))
              : responder.post(
                  Responder.asks("Q" + i).put("conversation", id).put("stream", i % 2 == 0)));
    }
    for (int i = 0; i < TURNS; i++) {
      try (RawClient client = clients.get(i)) {
        RawResponse response = client.response();
        response.rest();
        assertEquals(200, response.status(), response::text);
        assertTrue(response.text().replace("to \"", "to ").contains("Q" + i), response::text);
        if (i % 4 != 3) {
          JsonNode told = told(response);
          assertEquals("completed", told.path("status").asText(), response::text);
          assertEquals("to Q" + i, Responder.textOf(told));
          assertEquals(told, responder.get("/" + told.path("id").asText()));
        }
      }
    }
    assertEquals(TURNS, asked.size());
    asked.sort(Comparator.comparing(List::size));
    List<String> before = List.of("user:q", "assistant:a");
    for (List<String> each : asked) {
      assertEquals(before, each.subList(0, each.size() - 1));
      String question = each.get(each.size() - 1);
      before = new ArrayList<>(each);
      before.add(question.replace("user:", "assistant:to "));
    }
    assertEquals(before, server().said(session));
    assertEquals(before, server().path(session));
  }

  private static JsonNode told(RawResponse response) {
    if (response.header("Content-Type").startsWith("application/json")) {
      return response.json();
    }
    List<JsonNode> events = Responder.events(response.text());
    return events.get(events.size() - 1).path("response");
  }

  @Test
  default void response_isThereForEverybody_asSoonAsItsEndIsTold() throws Exception {
    answerAll();
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        running.add(callers.submit(this::askAndLook));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      callers.shutdownNow();
    }
  }

  /** Twenty-four turns: in sessions of their own, of one conversation, and one after the other. */
  private void askAndLook() {
    Responder responder = server().responder();
    Responder named = server().responder("X-Conversation-ID", Endpoint.freshId());
    String previous = null;
    for (int i = 0; i < 24; i++) {
      ObjectNode request = Responder.asks("Q" + i).put("stream", i % 2 == 0);
      if (i % 3 == 2) {
        request.put("previous_response_id", previous);
      }
      try (RawClient client = (i % 3 == 1 ? named : responder).post(request)) {
        RawResponse response = client.response();
        JsonNode told = i % 2 == 0 ? completed(response) : Json.read(response.rest());
        previous = told.path("id").asText();
        // On a connection of its own; of a stream, before its last line was read.
        assertEquals(told, responder.get("/" + previous));
        JsonNode items = responder.get("/" + previous + "/input_items");
        assertEquals("Q" + i, items.at("/data/0/content/0/text").asText(), items::toString);
      }
    }
  }

  private static JsonNode completed(RawResponse stream) {
    String event = stream.event();
    while (event != null && !event.startsWith("event: response.completed\n")) {
      event = stream.event();
    }
    assertTrue(event != null, stream::text);
    return Json.read(RawResponse.dataOf(event)).path("response");
  }
}
