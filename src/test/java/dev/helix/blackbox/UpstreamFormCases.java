package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.UpstreamForm.Told;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every row of {@link UpstreamForms}: what the caller gets, what is stored, and what follows. */
@Check("upstreams that fail")
interface UpstreamFormCases extends Fixture {
  /** What the server puts into a stream that is silent. */
  String COMMENT = ": waiting\n";

  @TestFactory
  default Stream<DynamicTest> whateverFormAnAnswerHas_theCallerGetsItsBytes_andItIsStored() {
    return UpstreamForms.all()
        .map(form -> DynamicTest.dynamicTest(form.toString(), () -> answers(form)));
  }

  private void answers(UpstreamForm form) {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    talk.http().add(Json.message("user", "Well?"));
    try (RawClient client = talk.http().post(talk.http().body(form.stream()))) {
      Call call = endpoint.upstream().next();
      if (form.stream()) {
        call.beginSse();
        call.chunk(form.in());
      } else {
        call.respond(200, "application/json", form.in());
      }
      switch (form.end()) {
        case ENDS -> {
          if (form.stream()) {
            call.end();
          }
        }
        case CUT -> call.cut();
        case STAYS -> {}
      }
      hears(form, client.response());
    }
    if (form.kept() == null) {
      assertEquals(List.of("user:Well?"), talk.stored().said());
      return;
    }
    JsonNode answer = isStored(form, talk.stored());
    if (form.status().equals("completed") && !"".equals(form.resent())) {
      goesOn(talk, form, answer);
    }
  }

  private void hears(UpstreamForm form, RawResponse response) {
    assertEquals(200, response.status(), response::restText);
    byte[] rest = withoutComments(response.rest());
    boolean failed = form.told() == Told.ERROR || form.told() == Told.ITS_ERROR;
    assertEquals(failed && cutsConnections(), response.isCut(), response::text);
    byte[] passed = Arrays.copyOf(rest, Math.min(rest.length, form.passes().length));
    assertArrayEquals(form.passes(), passed, () -> new String(rest, StandardCharsets.UTF_8));
    String behind =
        new String(rest, passed.length, rest.length - passed.length, StandardCharsets.UTF_8);
    switch (form.told()) {
      case NOTHING -> assertEquals("", behind);
      case DONE -> assertEquals("data: [DONE]", behind.strip());
      case ERROR, ITS_ERROR -> {
        assertTrue(behind.contains("event: error\ndata: {\"error\""), behind);
        assertFalse(behind.contains(Completions.DONE), behind);
      }
    }
  }

  private static byte[] withoutComments(byte[] body) {
    return new String(body, StandardCharsets.ISO_8859_1)
        .replace(COMMENT, "")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static JsonNode isStored(UpstreamForm form, StoredSession stored) {
    List<JsonNode> nodes = stored.nodes();
    assertEquals(2, nodes.size(), nodes::toString);
    JsonNode answer = nodes.get(1);
    List<String> lines = stored.lines();
    String line = lines.get(lines.size() - 1);
    String kept = "," + form.kept().substring(1);
    assertTrue(line.endsWith(kept), () -> line + "\nends not in\n" + kept);
    assertEquals(form.status(), answer.path("status").asText(), line);
    assertEquals(form.finishReason(), answer.path("finish_reason").asText(null), line);
    return answer;
  }

  /** A client that resends what it heard goes on where it was, on no branch of its own. */
  private static void goesOn(Talk talk, UpstreamForm form, JsonNode answer) {
    ObjectNode resent = Json.object();
    if (form.resent() != null) {
      resent.setAll((ObjectNode) Json.read(form.resent()));
    } else {
      for (String field : List.of("role", "content", "tool_calls", "function_call", "refusal")) {
        if (answer.has(field)) {
          resent.set(field, answer.get(field));
        }
      }
    }
    talk.http().add(resent);
    JsonNode calls = resent.path("tool_calls");
    for (JsonNode call : calls) {
      talk.http().add(Json.message("tool", "ok").set("tool_call_id", call.path("id")));
    }
    if (calls.isEmpty()) {
      talk.http().add(Json.message("user", "And then?"));
    }
    talk.wholeAsIs(talk.http().post(talk.http().body(false)), "Then that.");
    List<JsonNode> nodes = talk.stored().nodes();
    assertEquals(talk.http().messages().size() + 1, nodes.size(), nodes::toString);
    for (int i = 1; i < nodes.size(); i++) {
      assertEquals(nodes.get(i - 1).path("id"), nodes.get(i).path("parent_id"), nodes::toString);
    }
  }
}
