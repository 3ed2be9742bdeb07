package dev.helix.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The note of a response in an element, and what it is no part of. */
class ResponseJsonTest {
  private static final String NOTE =
      "{ \"a\":1.00,\"id\":\"resp_é\\u00e9\" ,\"t\":[{\"id\":7}],\"t\":null }";
  private static final ElementFields FIELDS =
      ElementFields.answer("m-1", "m-0", Instant.EPOCH, "m", "stop", AnswerStatus.COMPLETED);

  private static Message stored(String json) {
    byte[] bytes = ("##" + json + "##").getBytes(UTF_8);
    return Message.parse(bytes, 2, bytes.length - 4);
  }

  private static String text(byte[] json) {
    return new String(json, UTF_8);
  }

  @Test
  void note_isKeptToTheByte_whereverItsElementGoes() {
    Message made = Message.of("assistant", "Hällo").as(FIELDS.responding(NOTE));
    String json = text(made.elementJson());
    assertEquals(true, json.contains("\"response\":" + NOTE + ",\"role\":\"assistant\""), json);
    Message read = stored(json);
    for (Message each :
        List.of(
            made,
            read,
            read.copy(),
            read.asStored(),
            made.asStored().copy(),
            read.as(read.element().placed("m-2", true, null)),
            read.copy().as(read.copy().element().at(Instant.EPOCH)).copy(),
            read.as(read.element().asAside().asCheckpoint().begun(Instant.EPOCH, 3L).by("ann")))) {
      assertEquals(NOTE, each.element().response());
      assertEquals("resp_éé", each.element().responseId());
      assertEquals(NOTE.getBytes(UTF_8).length, each.element().responseBytes());
      assertEquals(NOTE, stored(text(each.elementJson())).element().response());
    }
    assertEquals(
        "{\"id\":\"b\"}",
        text(read.as(read.element().responding("{\"id\":\"b\"}")).elementJson())
            .replaceFirst(".*\"response\":([^}]*}).*", "$1"));
  }

  @Test
  void note_isNoPartOfTheMessage() {
    Message plain = Message.of("assistant", "Hällo");
    Message noted = stored(text(plain.as(FIELDS.responding(NOTE)).elementJson()));
    assertArrayEquals(plain.wireJson(), noted.wireJson());
    assertArrayEquals(plain.sentJson(true), noted.sentJson(true));
    assertEquals(plain.sentCharacters(true), noted.sentCharacters(true));
    assertEquals(plain.fingerprint(), noted.fingerprint());
    assertEquals("Hällo", noted.text());
    Message without = noted.withoutResponse();
    assertFalse(without.element().isResponse());
    assertArrayEquals(plain.as(FIELDS).elementJson(), without.elementJson());
    assertEquals(null, without.element().response());
    assertEquals(null, without.element().responseId());
    assertEquals(0, without.element().responseBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"x\"", "[{}]", "7", "true"})
  void whatIsNoObject_isNoNote_andStaysWhereItIs(String value) {
    Message read =
        stored(
            "{\"id\":\"m-1\",\"role\":\"assistant\",\"content\":\"x\",\"response\":" + value + "}");
    assertFalse(read.element().isResponse());
    assertEquals(true, text(read.elementJson()).contains("\"response\":" + value));
    assertFalse(text(read.wireJson()).contains("response"));
  }

  @Test
  void theLaterOfTwo_holds() {
    Message read =
        stored("{\"response\":{\"id\":\"a\"},\"role\":\"assistant\",\"response\":{\"id\":\"b\"}}");
    assertEquals("b", read.element().responseId());
    read = stored("{\"response\":{\"id\":\"a\"},\"role\":\"assistant\",\"response\":null}");
    assertFalse(read.element().isResponse());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"id\":7}", "{\"a\":{\"id\":\"x\"}}", "{\"id\":null}"})
  void noteWithoutAnId_hasNone(String json) {
    assertEquals("", ResponseJson.of(json).id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{} {}", "x", "{\"id\":}"})
  void whatIsNoObject_isNoNote(String json) {
    assertThrows(IllegalArgumentException.class, () -> ResponseJson.of(json));
  }

  @Test
  void fieldOfARequest_isNotKept() {
    Message asked = stored("{\"role\":\"user\",\"content\":\"x\",\"response\":{\"id\":\"a\"}}");
    Message kept = asked.as(ElementFields.node("m-1", null, Instant.EPOCH));
    assertFalse(text(kept.elementJson()).contains("response"));
  }
}
