package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionIdTest {

  @Test
  void uuidOfAChat_isKeptAsItIs() {
    assertEquals(
        "conv-550e8400-e29b-41d4-a716-446655440000",
        SessionId.forConversation("550e8400-e29b-41d4-a716-446655440000").value());
  }

  @ParameterizedTest
  @CsvSource({
    "a_b-c9,conv-a_b-c9",
    "-,conv--",
    "a--b,conv-a--b",
  })
  void idOfPlainCharacters_isKeptAsItIs(String raw, String expected) {
    assertEquals(expected, SessionId.forConversation(raw).value());
  }

  @ParameterizedTest
  @CsvSource({
    // printf %s "$raw" | sha256sum | cut -c1-16
    "a/b,conv-a-b-c14cddc033f64b9d",
    "ABC,conv-abc-b5d4045c3f466fa9",
    "//Über__uns!!,conv-ber__uns-614f99ec4df229c3",
    "☃,conv-51643361c79ecaef",
  })
  void otherId_isMadeSafeAndGetsAHashOfTheRawId(String raw, String expected) {
    assertEquals(expected, SessionId.forConversation(raw).value());
  }

  @Test
  void idOf59Characters_isPlain_andOf60_isCutAndHashed() {
    String plain = "x".repeat(59);
    assertEquals("conv-" + plain, SessionId.forConversation(plain).value());
    String hashed = SessionId.forConversation(plain + "y").value();
    assertTrue(hashed.matches("conv-x{59}-[0-9a-f]{16}"), hashed);
    assertNotEquals(hashed, SessionId.forConversation(plain + "z").value());
  }

  @Test
  void idsThatLookAlike_haveDifferentForms_alsoOnACaseBlindDisk() {
    List<String> alike =
        List.of("a/b", "a-b", "a b", "a//b", "A-b", "ABC", "abc", "Abc", "é", "e\u0301", "", "/");
    Set<String> forms = new HashSet<>();
    for (String raw : alike) {
      String form = SessionId.forConversation(raw).value();
      assertEquals(form.toLowerCase(java.util.Locale.ROOT), form);
      assertTrue(forms.add(form), raw);
    }
  }

  @Test
  void helloInGerman_hasTheOriginalsId() {
    assertEquals("hallo-eaaa37b72e11", SessionId.forFirstMessage("Hallo").value());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "What is Java 17 about?|what-is-java",
        "Größe zählt!|gre-zhlt",
        "one\u00a0two\u2003three four|one-two-three",
        "a-b c.d e|ab-cd-e",
        "!!!|session",
        "你好|session",
      })
  void firstThreeWords_nameTheSession(String message, String words) {
    assertTrue(
        SessionId.forFirstMessage(message).value().matches(words + "-[0-9a-f]{12}"),
        SessionId.forFirstMessage(message).value());
  }

  @Test
  void wordsAreCutAt40Characters() {
    assertTrue(
        SessionId.forFirstMessage("x".repeat(30) + " " + "y".repeat(30))
            .value()
            .matches("x{30}-y{9}-[0-9a-f]{12}"));
  }

  @Test
  void only200CodePointsCount_notUtf16Units() {
    String snakes = "🐍".repeat(199);
    assertEquals(
        SessionId.forFirstMessage(snakes + "🦊 !!!"), SessionId.forFirstMessage(snakes + "🦊"));
    assertNotEquals(SessionId.forFirstMessage(snakes + "🦊"), SessionId.forFirstMessage(snakes));
  }

  @Test
  void emptyMessage_hasAnIdToo() {
    assertTrue(SessionId.forFirstMessage("").value().matches("session-[0-9a-f]{12}"));
  }

  @Test
  void randomIds_areNamedSessionAndDiffer() {
    SessionId id = SessionId.random();
    assertTrue(id.value().matches("session-[0-9a-f]{32}"), id.value());
    assertNotEquals(id, SessionId.random());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a.b", "ä", "a b", "a\n"})
  void nameThatIsUnfitForAFolder_isRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> new SessionId(name));
    assertTrue(SessionId.ofName(name).isEmpty());
  }

  @Test
  void lossyForms_areTheOriginals() {
    assertEquals(
        List.of(new SessionId("conv-My-Chat-No-1"), new SessionId("conv-My_Chat-No-1")),
        SessionId.legacyForms("/My_Chat::No 1/"));
    assertEquals(List.of(new SessionId("conv-session")), SessionId.legacyForms("äöü"));
    assertEquals("conv-" + "x".repeat(59), SessionId.legacyForms("x".repeat(80)).get(0).value());
  }

  @Test
  void furtherForms_haveLongerHashes() {
    List<SessionId> forms = SessionId.conversationForms("abc");
    assertEquals("conv-abc", forms.get(0).value());
    assertEquals("conv-abc-ba7816bf8f01cfea", forms.get(1).value());
    assertEquals("conv-abc-ba7816bf8f01cfea414140de5dae2223", forms.get(2).value());
    assertEquals(
        "conv-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        forms.get(3).value());
    assertEquals(3, SessionId.conversationForms("ABC").size());
    List<SessionId> fallback = SessionId.firstMessageForms("Hallo");
    assertEquals("hallo-eaaa37b72e11", fallback.get(0).value());
    assertTrue(fallback.get(1).value().matches("hallo-eaaa37b72e11-[0-9a-f]{16}"));
    assertTrue(fallback.get(3).value().matches("hallo-eaaa37b72e11-[0-9a-f]{64}"));
  }

  @Test
  void lastForm_isNoFormOfAnotherId() {
    for (String id : List.of("abc", "A!", "ÄÖÜ", "x".repeat(80), "conv", "a-b")) {
      String last = last(SessionId.conversationForms(id));
      String rest = last.substring("conv-".length());
      String ofFirst = last(SessionId.firstMessageForms("conv " + id));
      for (String taken :
          List.of(rest, rest.toUpperCase(Locale.ROOT), last, rest.substring(0, 48), ofFirst)) {
        List<SessionId> forms = SessionId.conversationForms(taken);
        assertFalse(forms.contains(new SessionId(last)), taken);
        assertFalse(forms.contains(new SessionId(ofFirst)), taken);
      }
      String words = ofFirst.substring("conv-".length());
      assertFalse(SessionId.conversationForms(words).contains(new SessionId(ofFirst)), words);
    }
  }

  private static String last(List<SessionId> forms) {
    return forms.get(forms.size() - 1).value();
  }
}
