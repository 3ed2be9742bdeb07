package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.MixedTurns.Kind;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Histories that are resent, that fork, and that go on by another API. */
interface ResponseHistoryCases extends KeptServerFixture {
  /** An answer with a thought and a text, as an upstream gives it. */
  private static String thought(String text) {
    return "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\","
        + "\"reasoning_content\":\"Hm\",\"content\":\""
        + text
        + "\"}}]}";
  }

  @Test
  default void historyResentByHeader_asItsItemsCame_isStoredOnce() {
    Responder responder = server().responder("X-Conversation-ID", Endpoint.freshId());
    ArrayNode items = Json.array();
    List<String> stored = new ArrayList<>();
    String session = null;
    for (int i = 0; i < 12; i++) {
      items.add(
          i % 4 == 3
              ? Json.object()
                  .put("type", "function_call_output")
                  .put("call_id", "call_" + (i - 1))
                  .put("output", "R" + i)
              : Json.message("user", "Q" + i));
      ObjectNode request = Json.object().put("model", "m");
      request.set("input", items);
      Said said =
          switch (i % 4) {
            case 0 -> responder.streamed(request, "A", "" + i);
            case 1 -> responder.answered(request, thought("A" + i));
            case 2 -> responder.answered(request, Responder.calls("call_" + i, "w", "{}"));
            default -> responder.whole(request, "A" + i);
          };
      assertEquals(200, said.http().status(), said.http()::text);
      stored.add(i % 4 == 3 ? "tool:R" + i : "user:Q" + i);
      assertEquals(stored.size(), said.sent().size(), said.sent()::toString);
      stored.add(i % 4 == 2 ? "assistant:" : "assistant:A" + i);
      said.response().path("output").forEach(items::add);
      session = said.http().header("X-Session-ID");
      assertEquals(stored, server().said(session));
      assertEquals(said.response(), responder.get("/" + said.id()));
    }
    // The last question again: another answer to it, and nothing else.
    items.remove(items.size() - 1);
    ObjectNode again = Json.object().put("model", "m");
    again.set("input", items);
    responder.whole(again, "Another");
    stored.add("assistant:Another");
    assertEquals(stored, server().said(session));
  }

  @Test
  default void forksOfAnOldResponse_areWhole_whileBothGoOn_andWhenOneIsErased() {
    Responder responder = server().responder();
    Said first = responder.whole(Responder.asks("One"), "1");
    Said second = responder.streamed(Responder.follows("Two", first.id()), "2");
    Said third = responder.whole(Responder.follows("Three", second.id()), "3");
    List<String> root = List.of("user:One", "assistant:1");
    List<List<String>> paths = List.of(new ArrayList<>(root), new ArrayList<>(root));
    String[] ends = {first.id(), first.id()};
    List<Said> all = new ArrayList<>(List.of(first, second, third));
    for (int i = 0; i < 8; i++) {
      int branch = i % 2;
      List<String> path = paths.get(branch);
      ObjectNode request = Responder.follows("Q" + i, ends[branch]);
      Said said =
          i % 3 == 0 ? responder.streamed(request, "A", "" + i) : responder.whole(request, "A" + i);
      path.add("user:Q" + i);
      assertEquals(path, said.sent());
      path.add("assistant:A" + i);
      ends[branch] = said.id();
      all.add(said);
    }
    String session = first.http().header("X-Session-ID");
    for (Said each : all) {
      assertEquals(session, each.http().header("X-Session-ID"));
      assertEquals(each.response(), responder.get("/" + each.id()));
      JsonNode asked = responder.get("/" + each.id() + "/input_items");
      assertEquals(1, asked.path("data").size(), asked::toString);
    }
    assertEquals(2 * all.size(), server().said(session).size());
    assertEquals(200, responder.call("DELETE", "/" + ends[1]).status());
    assertEquals(404, responder.call("GET", "/" + ends[1]).status());
    List<String> other = new ArrayList<>(paths.get(0));
    other.add("user:On");
    assertEquals(other, responder.whole(Responder.follows("On", ends[0]), "o").sent());
    assertEquals(
        List.of(
            "user:One",
            "assistant:1",
            "user:Two",
            "assistant:2",
            "user:Three",
            "assistant:3",
            "user:Late"),
        responder.whole(Responder.follows("Late", third.id()), "l").sent());
  }

  /** Each kind follows each, and itself, streamed and whole. */
  @Test
  default void chatAndResponses_seeEachOthersTurns_inAllOrders() {
    MixedTurns turns = new MixedTurns(server());
    List<Kind> kinds = List.of(Kind.values());
    String orders = "00102031121322330";
    for (int i = 0; i < orders.length(); i++) {
      Kind kind = kinds.get(orders.charAt(i) - '0');
      turns.ask(kind, i % 2 == 0, "Q" + i, "A" + i);
    }
    turns.check();
  }

  /** A tool that was called by a turn of this kind has its output from one of each. */
  @ParameterizedTest
  @EnumSource
  default void toolsCalledByOneApi_haveTheirOutputsByTheOther(Kind kind) {
    MixedTurns turns = new MixedTurns(server());
    turns.ask(Kind.RESPONSE_RESENT, false, "Q", "A");
    for (Kind other : Kind.values()) {
      boolean stream = other.name().endsWith("STORED");
      turns.askForCall(kind, stream, "Q by " + other, "call_" + other);
      turns.giveOutput(other, !stream, "call_" + other, "R", "A");
    }
    turns.check();
  }
}
