package dev.helix.store;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Names and texts that are made to break a store, or are only long: kept as they are. */
interface HostileContentContract extends StoreUnderTest {
  List<String> ODD_TEXTS =
      List.of(
          "'; DROP TABLE helix_session; --",
          "\") or (\"1\"=\"1",
          "' .. redis.call('FLUSHALL') .. '",
          "]] return {err='x'} --[[",
          "\\ \\\\ \\u0000 \\' \\\" %s ? :id ${x} #{x} {0} $1",
          "%_*[a-z]",
          "line\r\nline\ttab\u0000nul\u0001\u007f\u0085\u2028",
          "\ud800",
          "\udfff low first \ud800",
          " leading and trailing ",
          "\u00e9",
          "e\u0301",
          "STRASSE",
          "stra\u00dfe",
          "null",
          "../../etc/passwd",
          " ",
          everyPlane());

  /** Code points of every plane, noncharacters and the first and the last one among them. */
  static String everyPlane() {
    StringBuilder text = new StringBuilder();
    for (int plane = 0; plane <= 16; plane++) {
      for (int low : new int[] {0, 1, 0x22, 0x5c, 0xff, 0x800, 0x4e00, 0xf8ff, 0xfffe, 0xffff}) {
        text.appendCodePoint((plane << 16) | low);
      }
    }
    for (int nonCharacter = 0xfdd0; nonCharacter <= 0xfdef; nonCharacter++) {
      text.appendCodePoint(nonCharacter);
    }
    return text.toString();
  }

  /** 512 code points, of each plane in turn. */
  static String longOfEveryPlane() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 512; i++) {
      text.appendCodePoint(((i % 17) << 16) | (0x100 + i));
    }
    return text.toString();
  }

  @Test
  default void everyName_isASessionOfItsOwn() {
    List<String> names =
        List.of(
            "x".repeat(200),
            "x".repeat(199),
            "CON",
            "nul",
            "-",
            "_",
            "--",
            "-rf",
            "0",
            "00",
            "null",
            "__proto__",
            "a-b",
            "a_b");
    try (SessionStore store = open()) {
      for (String name : names) {
        assertEquals(
            Outcome.DONE,
            store
                .append(state(name, name), LogVersion.NONE, List.of(element(name, "x")), null)
                .outcome());
      }
    }
    try (SessionStore store = open()) {
      for (String name : names) {
        assertEquals(Optional.of(state(name, name)), store.find(new SessionId(name)));
        assertEquals(List.of(name), ids(store.read(new SessionId(name), LogVersion.NONE)));
      }
      assertEquals(names.size(), store.list(100).size());
      assertTrue(store.delete(new SessionId("_")));
      assertTrue(store.find(new SessionId("-")).isPresent());
      assertTrue(store.find(new SessionId("0")).isPresent());
    }
  }

  @Test
  default void namesThatDifferInCaseOnly_areTwoSessions() {
    Assumptions.assumeTrue(keepsAllNamesApart(), "small and capital letters are one to this disk");
    try (SessionStore store = open()) {
      store.append(state("A", "large"), LogVersion.NONE, List.of(element("1", "x")), null);
      store.append(state("a", "small"), LogVersion.NONE, List.of(element("2", "y")), null);
      assertTrue(store.saveNote(new SessionId("A"), "why", "large"));
      assertTrue(store.lease(new SessionId("A"), LeaseContract.LONG).isPresent());
      assertTrue(store.lease(new SessionId("a"), LeaseContract.LONG).isPresent());
    }
    try (SessionStore store = open()) {
      assertEquals("large", store.find(new SessionId("A")).orElseThrow().conversationId());
      assertEquals("small", store.find(new SessionId("a")).orElseThrow().conversationId());
      assertEquals(List.of("1"), ids(store.read(new SessionId("A"), LogVersion.NONE)));
      assertEquals(List.of("2"), ids(store.read(new SessionId("a"), LogVersion.NONE)));
      assertEquals(Optional.empty(), store.note(new SessionId("a"), "why"));
      assertTrue(store.delete(new SessionId("a")));
      assertTrue(store.find(new SessionId("A")).isPresent());
    }
  }

  @Test
  default void oddStates_comeBackAsTheyWere_andAreNoOthers() {
    List<String> texts = new ArrayList<>(ODD_TEXTS);
    texts.add(longOfEveryPlane());
    try (SessionStore store = open()) {
      for (int i = 0; i < texts.size(); i++) {
        SessionState state = odd(i, texts.get(i));
        LogVersion one =
            store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
        assertEquals(Outcome.DONE, store.append(state, one, List.of(), null).outcome());
        assertTrue(store.update(state.sessionId(), found -> found.withStep(Step.DONE)).isPresent());
        SessionState another = odd(i, texts.get(i) + "x");
        assertEquals(Outcome.HELD, store.append(another, one, List.of(), null).outcome());
      }
    }
    try (SessionStore store = open()) {
      for (int i = 0; i < texts.size(); i++) {
        SessionState expected = odd(i, texts.get(i)).withStep(Step.DONE);
        assertEquals(Optional.of(expected), store.find(expected.sessionId()));
      }
    }
  }

  private static SessionState odd(int number, String text) {
    return new SessionState(
        new SessionId("odd-" + number),
        SessionStatus.DISCUSSING,
        Step.WHAT,
        SessionStoreContract.NOW,
        SessionStoreContract.NOW,
        text,
        text,
        text,
        new Owner(text, text));
  }

  @Test
  default void oddMessagesAndNotes_areKeptToTheByte() {
    SessionState state = state("conv-a", "a");
    List<Message> messages = ODD_TEXTS.stream().map(text -> Message.of("user", text)).toList();
    String note = everyPlane();
    try (SessionStore store = open()) {
      store.append(state, LogVersion.NONE, messages, null);
      assertTrue(store.saveNote(state.sessionId(), "planes", note));
    }
    try (SessionStore store = open()) {
      List<Message> read = store.read(state.sessionId(), LogVersion.NONE).elements();
      for (int i = 0; i < messages.size(); i++) {
        assertArrayEquals(messages.get(i).wireJson(), read.get(i).wireJson());
        assertEquals(ODD_TEXTS.get(i), read.get(i).text());
      }
      assertEquals(Optional.of(note), store.note(state.sessionId(), "planes"));
    }
  }

  @Test
  default void messagesOfTenMegabytes_areKeptToTheByte_severalOfThem() {
    SessionState state = state("conv-a", "a");
    StringBuilder text = new StringBuilder("{\"role\":\"user\",\"content\":\"");
    for (int i = 0; text.length() < 10_000_000; i++) {
      text.append(i).append(" \\u0000\\ud83d\\ude00 ");
    }
    byte[] large = text.append("\"}").toString().getBytes(UTF_8);
    try (SessionStore store = open()) {
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(Message.parse(large)), null).version();
      LogVersion two = store.append(state, one, List.of(element("2", "small")), null).version();
      assertEquals(
          Outcome.DONE, store.append(state, two, List.of(Message.parse(large)), null).outcome());
      store.force(state.sessionId());
    }
    try (SessionStore store = open()) {
      List<Message> read = store.read(state.sessionId(), LogVersion.NONE).elements();
      assertEquals(3, read.size());
      assertArrayEquals(large, read.get(0).wireJson());
      assertEquals("small", read.get(1).text());
      assertArrayEquals(large, read.get(2).wireJson());
    }
  }

  @Test
  default void unknownFieldsOfMessages_areKept_andSoIsTheirOrder() {
    SessionState state = state("conv-a", "a");
    String odd =
        "{\"x\":[1.00,1e400,{\"\":null}],\"id\":\"1\",\"parent_id\":null,\"role\":\"user\","
            + "\"content\":\"\\u00fc\",\"id2\":\"\\u0000\",\"x\":\"again\"}";
    try (SessionStore store = open()) {
      store.append(state, LogVersion.NONE, List.of(Message.parse(odd.getBytes(UTF_8))), null);
    }
    try (SessionStore store = open()) {
      Message read = store.read(state.sessionId(), LogVersion.NONE).elements().get(0);
      assertEquals(odd, new String(read.elementJson(), UTF_8));
    }
  }
}
