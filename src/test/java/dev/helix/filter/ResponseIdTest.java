package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import java.time.Instant;
import java.util.Optional;
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
    assertEquals(UUID, new ResponseId(expected).conversation());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trip",
        "550E8400-e29b-41d4-a716-446655440000",
        "550e8400e29b41d4a716446655440000",
        "550e8400-e29b-41d4-a716-446655440000 ",
        "session-00112233445566778899aabbccddeeff",
        "channel:550e8400-e29b-41d4-a716-446655440000",
        "日本"
      })
  void otherConversation_isKnownByItsHashOnly(String conversation) {
    ResponseId id = ResponseId.of(session("conv-some", conversation), NODE);

    assertEquals('x', id.form());
    assertTrue(id.isOf(conversation));
    assertFalse(id.isOf(conversation + "s"));
  }

  @Test
  void hashOfAConversation_isTheBeginningOfSha256() {
    assertEquals(
        "resp_xba7816bf8f01cfea414140de5dae2223" + END, of("conv-abc", "abc")); // FIPS 180-2
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
