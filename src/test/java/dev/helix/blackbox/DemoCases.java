package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The server without an upstream, which answers itself and shows that it remembers. */
@Check("demo")
interface DemoCases extends Fixture {
  @Test
  default void demo_isTheOnlyModel() {
    RawResponse models = RawClient.get(servers().endpoint(Group.DEMO).url(), "/v1/models");
    assertEquals(200, models.status());
    assertEquals(List.of("helix-demo"), models.json().path("data").findValuesAsText("id"));
  }

  @Test
  default void demo_streamsWordByWord_andShowsWhatItRemembers() {
    Endpoint endpoint = servers().endpoint(Group.DEMO);
    Talk talk = endpoint.talk();
    heard(talk, "The harbour is grey today");
    heard(talk, "Gulls are loud");
    String third = heard(talk, "What did I say?");
    assertTrue(third.contains("The harbour is grey today"), third);
    assertTrue(third.contains("Gulls are loud"), third);
    String session = talk.stored().status().path("session_id").asText();
    assertTrue(third.contains(session), third);
    assertTrue(third.replace(session, "").matches("(?s).*(\\b3\\b|third).*"), third);
    assertEquals(6, talk.stored().nodes().size());
    assertEquals("assistant:" + third, talk.stored().said().get(5));
  }

  @Test
  default void demo_answersWhole() {
    Endpoint endpoint = servers().endpoint(Group.DEMO);
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().ask("In one piece")) {
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      String text =
          response.json().path("choices").path(0).path("message").path("content").asText();
      assertEquals("assistant:" + text, talk.stored().said().get(1));
      assertEquals("stop", response.json().path("choices").path(0).path("finish_reason").asText());
    }
  }

  private static String heard(Talk talk, String question) {
    StringBuilder text = new StringBuilder();
    int pieces = 0;
    try (RawClient client = talk.http().stream(question)) {
      RawResponse response = client.response();
      assertEquals(200, response.status());
      String data = response.data();
      for (; data != null && !data.equals(Completions.DONE); data = response.data()) {
        String piece = Talk.contentOf(data);
        pieces += piece.isEmpty() ? 0 : 1;
        text.append(piece);
      }
      assertEquals(Completions.DONE, data);
    }
    assertTrue(pieces > 5, "streamed in " + pieces + " pieces");
    talk.http().heard(text.toString());
    return text.toString();
  }
}
