package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.HttpConversation;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Request;

/**
 * A conversation through one endpoint, with both of its ends in the test's hands. Not thread-safe.
 */
final class Talk {
  private final Endpoint endpoint;
  private final String conversationId;
  private final HttpConversation http;

  Talk(Endpoint endpoint, String conversationId, HttpConversation http) {
    this.endpoint = endpoint;
    this.conversationId = conversationId;
    this.http = http;
  }

  /** The caller's side. */
  HttpConversation http() {
    return http;
  }

  /** The session, whose id follows from a fresh conversation id. */
  StoredSession stored() {
    return endpoint.stored("conv-" + conversationId);
  }

  /** Goes on where the endpoint listens now. */
  Talk again() {
    http.moveTo(endpoint.url());
    return this;
  }

  /** A whole streamed turn; gives what the upstream was asked. The answer joins the history. */
  Request streamed(String question, String... words) {
    Request asked = streamedAsIs(http.stream(question), words);
    http.heard(String.join("", words));
    return asked;
  }

  /** The rest of a streamed turn whose request has been sent. */
  Request streamedAsIs(RawClient sent, String... words) {
    try (RawClient client = sent) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      Completions.chunks(words).forEach(call::sse);
      call.end();
      RawResponse response = client.response();
      assertEquals(200, response.status(), response::restText);
      StringBuilder heard = new StringBuilder();
      String last = null;
      for (String data = response.data(); data != null; data = response.data()) {
        last = data;
        if (!data.equals(Completions.DONE)) {
          heard.append(contentOf(data));
        }
      }
      assertEquals(Completions.DONE, last, response::text);
      assertEquals(String.join("", words), heard.toString());
      assertFalse(response.isCut());
      return call.request();
    }
  }

  /** A whole turn that is not streamed; gives the response. The answer joins the history. */
  RawResponse whole(String question, String answer) {
    RawResponse response = wholeAsIs(http.ask(question), answer);
    http.heard(answer);
    return response;
  }

  /** The rest of a turn that is not streamed, whose request has been sent. */
  RawResponse wholeAsIs(RawClient sent, String answer) {
    try (RawClient client = sent) {
      endpoint.upstream().next().respondJson(200, Completions.completion(answer));
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      assertFalse(response.isCut());
      return response;
    }
  }

  /** The piece of content that a chunk carries. */
  static String contentOf(String data) {
    return Json.read(data).path("choices").path(0).path("delta").path("content").asText("");
  }

  /** Reads on to the event that carries this piece of content. */
  static void hears(RawResponse response, String content) {
    for (String data = response.data(); ; data = response.data()) {
      if (data == null) {
        throw new AssertionError("the stream ended before " + content + ": " + response.text());
      }
      if (contentOf(data).equals(content)) {
        return;
      }
    }
  }

  /** Reads on to the error event; it must be the last, and there must be no [DONE]. */
  static JsonNode hearsErrorAtTheEnd(RawResponse response) {
    String last = null;
    for (String event = response.event(); event != null; event = response.event()) {
      last = event;
    }
    if (last == null || !last.startsWith("event: error\ndata: ")) {
      throw new AssertionError("no error at the end of the stream: " + response.text());
    }
    return Errors.check(Json.read(RawResponse.dataOf(last)));
  }
}
