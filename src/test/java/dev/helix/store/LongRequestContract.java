package dev.helix.store;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static dev.helix.store.WholeSession.STATUS;
import static dev.helix.store.WholeSession.WHOLE;
import static dev.helix.store.WholeSession.assertSameSession;
import static dev.helix.store.WholeSession.exported;
import static dev.helix.store.WholeSession.files;
import static dev.helix.store.WholeSession.shown;
import static dev.helix.store.WholeSession.wholeFiles;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A long first request: its beginning in the state, all of it in {@code input/request.md}. */
public interface LongRequestContract extends StoreUnderTest {
  /** A state as it is after a first message. */
  private static SessionState withRequest(SessionState state, String request) {
    return new SessionState(
        state.sessionId(),
        state.status(),
        state.step(),
        state.createdAt(),
        state.updatedAt(),
        request,
        state.projectName(),
        state.conversationId(),
        state.owner());
  }

  private static String request(SessionStore store) throws IOException {
    Map<String, byte[]> files = exported(store, WHOLE);
    assertTrue(files.get("status.json").length < 7000, "the state is bounded");
    assertTrue(store.find(WHOLE).orElseThrow().originalRequest().length() <= 2000);
    return new String(files.get("input/request.md"), UTF_8);
  }

  @Test
  default void longRequest_isShownWhole_andTheStateHasItsBeginning() throws IOException {
    String text = "Grüße 🦊 ".repeat(20_000);
    SessionState state = withRequest(state("conv-a", "a"), text);
    try (SessionStore store = open()) {
      store.append(state, LogVersion.NONE, List.of(element("1", text), element("2", "x")), null);
      assertEquals("# User Request\n\n" + text, request(store));
      Map<String, byte[]> shown = exported(store, WHOLE);
      assertTrue(store.delete(WHOLE));
      assertTrue(store.restore(WHOLE, files(shown)));
      assertSameSession(shown, exported(store, WHOLE));
    }
  }

  @Test
  default void longRequestThatComesLater_isShownWhole() throws IOException {
    String text = "Grüße 🦊 ".repeat(20_000);
    try (SessionStore store = open()) {
      SessionState state = withRequest(state("conv-a", "a"), null);
      LogVersion one =
          store.append(state, LogVersion.NONE, List.of(element("1", "x")), null).version();
      assertFalse(exported(store, WHOLE).containsKey("input/request.md"));
      store.append(state, one, List.of(element("2", text)), null);
      assertTrue(store.update(WHOLE, found -> withRequest(found, text)).isPresent());
      assertEquals("# User Request\n\n" + text, request(store));
      assertTrue(store.update(WHOLE, found -> withRequest(found, "another")).isPresent());
      assertEquals("# User Request\n\n" + text, request(store));
    }
  }

  @Test
  default void requestOfAnAside_isReplacedByThatOfATurn() throws IOException {
    try (SessionStore store = open()) {
      SessionState aside = provisional(state("conv-a", "a"), "Name it.");
      LogVersion one =
          store.append(aside, LogVersion.NONE, List.of(element("1", "Name it.")), null).version();
      assertEquals("# User Request\n\nName it.", request(store));
      assertTrue(store.find(WHOLE).orElseThrow().provisional());

      store.append(aside, one, List.of(element("2", "Hello")), null);
      assertTrue(store.update(WHOLE, found -> withRequest(found, "Hello")).isPresent());
      assertEquals("# User Request\n\nHello", request(store));
      assertFalse(store.find(WHOLE).orElseThrow().provisional());
      assertEquals("Hello", store.find(WHOLE).orElseThrow().originalRequest());
    }
  }

  private static SessionState provisional(SessionState state, String request) {
    return new SessionState(
        state.sessionId(),
        state.status(),
        state.step(),
        state.createdAt(),
        state.updatedAt(),
        request,
        state.projectName(),
        state.conversationId(),
        state.owner(),
        true,
        state.name());
  }

  @Test
  default void olderSession_whoseStateHasALongRequest_isShownAsItWas_andBoundedByAChange()
      throws IOException {
    String text = "word ".repeat(20_000);
    Map<String, byte[]> older = wholeFiles();
    older.put("status.json", STATUS.replace("\"first\"", '"' + text + '"').getBytes(UTF_8));
    older.remove("input/request.md");
    try (SessionStore store = open()) {
      assertTrue(store.restore(WHOLE, files(older)));
      assertSameSession(older, exported(store, WHOLE));
      assertTrue(store.find(WHOLE).orElseThrow().originalRequest().length() <= 2000);
      assertTrue(store.update(WHOLE, found -> found.withStep(Step.DONE)).isPresent());
      assertEquals("# User Request\n\n" + text, request(store));
    }
  }
}
