package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.OwnAliases;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseIdTest {
  private static final String UUID = "550e8400-e29b-41d4-a716-446655440000";
  private static final String HEX = "00112233445566778899aabbccddeeff";
  private static final String NODE = "m-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
  private static final String END = "8796a5b4c3d2e1f0";

  private static SessionState session(String sessionId, String conversationId) {
    return SessionState.fresh(
        new SessionId(sessionId), conversationId, Owner.ANONYMOUS, Instant.EPOCH);
  }

  private static String of(String sessionId, String conversationId) {
    ResponseId id = ResponseId.of(session(sessionId, conversationId), NODE);
    assertEquals(Optional.of(id), ResponseId.parse(id.toString()));
    assertEquals(END, id.nodeEnd());
    return id.value();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c",
        "550e8400-e29b-41d4-a716-446655440000",
        "conv_0123456789abcdef0123456789abcdef",
        "conv_0123456789ABCDEF0123456789ABCDEF",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
        "26 bytes and no more at al",
        "26 bytes and no more at all",
        "über 26 bytes, no more at",
        "日本日本日本日本日本"
      })
  void theFormXIsForThoseThatAreLong(String conversation) {
    SessionState session =
        SessionState.fresh(
            SessionId.forConversation(conversation), conversation, Owner.ANONYMOUS, Instant.EPOCH);
    String node = "m-01234567-89ab-cdef-0123-456789abcdef";
    assertEquals(
        OwnAliases.isLong(conversation), ResponseId.of(session, node).form() == 'x', conversation);
  }

  @Test
  void sessionOfItsOwn_standsInTheId_withoutItsOwner() {
    assertEquals("resp_s" + HEX + END, of("session-" + HEX, null));
    assertEquals("resp_s" + HEX + END, of("session-" + HEX + "-2c2c07174e7d0543", null));
    assertEquals("session-" + HEX, new ResponseId("resp_s" + HEX + END).session().value());
  }

  @Test
  void conversationThatIsAUuid_standsInTheId_whateverItsSessionIsCalled() {
    String expected = "resp_u" + UUID.replace("-", "") + END;
    assertEquals(expected, of("conv-" + UUID, UUID));
    assertEquals(expected, of("conv-" + UUID + "-2c2c07174e7d0543", UUID));
    assertEquals(expected, of("conv-named-otherwise", UUID));
    assertEquals(Optional.of(UUID), new ResponseId(expected).conversation());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A",
        "AAAA",
        "-",
        "trip",
        "trip-to-rome",
        "Trip",
        "507f1f77bcf86cd799439011",
        "ses_4f3a2b1c0d9e8f7a6b5c4d3e2f",
        "550E8400-e29b-41d4-a716-446655440000",
        "550e8400e29b41d4a716446655440000",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "------------------------------------",
        "C0123:1699999999.000100",
        "ann@example.org",
        " ",
        "日本",
        "\uD83D\uDE00",
        "12345678901234567890123.56",
        "ÿÿÿÿÿÿÿÿÿÿÿÿÿ"
      })
  void shortConversation_standsInTheId(String conversation) {
    String text = of("conv-some", conversation);

    assertEquals(64, text.length());
    assertTrue(text.matches("resp_[ab][0-9a-z]{58}"), text);
    assertEquals(Optional.of(conversation), new ResponseId(text).conversation());
  }

  @Test
  void shortConversations_haveDifferentIds() {
    Set<String> ids = new HashSet<>();
    for (String each : List.of("a", "A", "aa", "AA", "aA", "a ", " a", "ä", "a:", ":a", "A:")) {
      assertTrue(ids.add(of("conv-some", each)), each);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a000000000000000000000000000000000000000000",
        "b000000000000000000000000000000000000000000",
        "a000000000000000000000000000000000000000001",
        "a000000000000000000000000000000000000000003",
        "azzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "bzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "b0000000000000000000000000000000000000000a9", // a letter, which has another form
        "b0000000000000000000000000000000000000007a0", // a control character
        "b0000000000000000000000000000000000000000e7" // no UTF-8
      })
  void formThatNoConversationHas_saysNone(String form) {
    ResponseId id = new ResponseId("resp_" + form + END);

    assertEquals(Optional.empty(), id.conversation());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "550e8400-e29b-41d4-a716-446655440000 ",
        "session-00112233445566778899aabbccddeeff",
        "channel:550e8400-e29b-41d4-a716-446655440000",
        "日本日本日本日本日"
      })
  void otherConversation_isKnownByItsHashOnly(String conversation) {
    ResponseId id = ResponseId.of(session("conv-some", conversation), NODE);

    assertEquals('x', id.form());
    assertTrue(id.isOf(conversation));
    assertFalse(id.isOf(conversation + "s"));
  }

  @Test
  void conversationThatWasMadeHere_standsInTheId() {
    assertEquals("resp_c" + HEX + END, of("conv-conv_" + HEX, "conv_" + HEX));
    assertEquals("conv_" + HEX, new ResponseId("resp_c" + HEX + END).conversation().orElseThrow());
    assertTrue(ResponseId.newConversation().matches("conv_[0-9a-f]{32}"));
  }

  @Test
  void hashOfAConversation_isTheBeginningOfSha256() {
    assertEquals(
        "resp_x248d6a61d20638b8e5c026930c3e6039" + END,
        of("conv-some", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")); // FIPS 180-2
  }

  @Test
  void sessionOfAFirstMessage_isNamedByNoConversation() {
    assertEquals('x', new ResponseId(of("hallo-eaaa37b72e11", null)).form());
  }

  @ParameterizedTest
  @CsvSource({
    "m-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, 8796a5b4c3d2e1f0",
    "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, 8796a5b4c3d2e1f0",
    "msg-of-a-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, 8796a5b4c3d2e1f0",
    "abc, 414140de5dae2223"
  })
  void nodesEnd_isThatOfItsUuid_elseOfItsHash(String node, String end) {
    assertEquals(end, ResponseId.of(session("session-" + HEX, null), node).nodeEnd());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0",
        "x0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-2",
        "日本",
        "../../etc/passwd",
        ""
      })
  void everyNode_hasAnId(String node) {
    ResponseId id = ResponseId.of(session("session-" + HEX, null), node);

    assertTrue(id.nodeEnd().matches("[0-9a-f]{16}"));
    assertEquals(id, ResponseId.of(session("session-" + HEX, null), node));
    assertFalse(id.nodeEnd().equals(END));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "resp_",
        "resp_abc",
        "resp_s00112233445566778899aabbccddeeff8796a5b4c3d2e1f",
        "resp_s00112233445566778899aabbccddeeff8796a5b4c3d2e1f00",
        "resp_S00112233445566778899aabbccddeeff8796a5b4c3d2e1f0",
        "RESP_s00112233445566778899aabbccddeeff8796a5b4c3d2e1f0",
        "resp_s00112233445566778899AABBccddeeff8796a5b4c3d2e1f0",
        "resp_a00112233445566778899aabbccddeeff8796a5b4c3d2e1f0",
        "resp_s00112233445566778899aabbccddeef/8796a5b4c3d2e1f0",
        "resp_s../../../../../../../../../../../../../../etc/pa",
        "resp_s00112233445566778899aabbccddeef٠8796a5b4c3d2e1f0",
        "resp_s00112233445566778899aabbccddeeff8796a5b4c3d2e1f0\n",
        " resp_s00112233445566778899aabbccddeeff8796a5b4c3d2e1f0"
      })
  void everyOtherText_isNoId(String text) {
    assertEquals(Optional.empty(), ResponseId.parse(text));
  }
}
