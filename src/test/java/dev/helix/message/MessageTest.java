package dev.helix.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.text.Times;
import dev.helix.transcript.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
  private static final Instant NOW = Instant.parse("2026-01-05T12:34:56.123456Z");

  private static Message parse(String json) {
    return Message.parse(json.getBytes(UTF_8));
  }

  private static String element(Message message) {
    return new String(message.elementJson(), UTF_8);
  }

  private static String wire(Message message) {
    return new String(message.wireJson(), UTF_8);
  }

  @Test
  void whatTheApiGave_comesBackByteForByte() {
    String json = "{ \"role\" : \"user\", \"content\":\"\\u00e4 ü \\ud800\", \"x\":1.0e00 }";
    assertEquals(json, wire(parse(json)));
  }

  @Test
  void element_hasOurFieldsBeforeWhatTheApiGave() {
    Message node =
        parse("{\"role\":\"user\",\n \"content\":\"a\\nb\" , \"x\" : [1, {\"id\":2}] }")
            .as(ElementFields.node("n1", "p1", NOW));
    assertEquals(
        "{\"id\":\"n1\",\"parent_id\":\"p1\",\"timestamp\":\"2026-01-05T12:34:56.123456+00:00\","
            + "\"role\":\"user\",\"content\":\"a\\nb\",\"x\" : [1, {\"id\":2}]}",
        element(node));
  }

  @Test
  void fieldsThatCollideWithOurs_areReplacedInTheElement() {
    Message message =
        parse(
            "{\"id\":\"theirs\",\"role\":\"assistant\",\"status\":{\"a\":[1]},\"content\":\"x\","
                + "\"m\\u006fdel\":7,\"timestamp\":null}");
    Answer answer = new Answer(message, "m", "stop", AnswerStatus.COMPLETED);
    assertEquals(
        "{\"id\":\"n1\",\"parent_id\":null,\"timestamp\":\"2026-01-05T12:34:56.123456+00:00\","
            + "\"model\":\"m\",\"finish_reason\":\"stop\",\"status\":\"completed\","
            + "\"role\":\"assistant\",\"content\":\"x\"}",
        element(message.as(answer.fields("n1", null, NOW))));
    assertEquals("{\"role\":\"assistant\",\"content\":\"x\"}", wire(message));
  }

  @Test
  void element_readsBackWithAllItsFields() {
    Message message = Message.of("assistant", "said");
    Answer answer = new Answer(message, "m", "length", AnswerStatus.CANCELLED);
    Message read = Message.parse(message.as(answer.fields("n2", "n1", NOW)).elementJson());
    assertEquals("n2", read.id());
    assertEquals("n1", read.parentId());
    assertEquals(NOW, read.timestamp());
    assertEquals("m", read.model());
    assertEquals("length", read.finishReason());
    assertSame(AnswerStatus.CANCELLED, read.status());
    assertEquals("said", read.text());
    assertEquals("{\"role\":\"assistant\",\"content\":\"said\"}", wire(read));
  }

  @Test
  void messageOfARequest_hasNoneOfTheElementsFields() {
    Message message = parse("{\"role\":\"user\"}");
    assertNull(message.id());
    assertNull(message.parentId());
    assertNull(message.timestamp());
    assertNull(message.model());
    assertNull(message.finishReason());
    assertNull(message.status());
    assertEquals("", message.text());
    assertEquals(
        "{\"id\":\"a\",\"role\":\"user\"}",
        element(message.as(new ElementFields("a", false, null, null, null, null, null))));
  }

  @Test
  void prettyPrintedMessage_isOneLineAsAnElement() {
    assertEquals(-1, element(parse("{\r\n  \"role\":\n\"user\"\r\n}")).indexOf('\n'));
  }

  @Test
  void partOfAnArray_isReadWithoutItsSurroundings() {
    byte[] bytes = "[ {\"role\":\"user\",\"content\":\"ü\"} ,".getBytes(UTF_8);
    Message message = Message.parse(bytes, 1, bytes.length - 2);
    assertEquals("ü", message.text());
    assertEquals("{\"role\":\"user\",\"content\":\"ü\"}", wire(message));
  }

  @Test
  void textsWithLoneSurrogates_surviveWritingAndReading() {
    Message message = Message.of("user", "a\ud83d b\udc0d 🐍 \" \\ \u0001");
    assertEquals("a\ud83d b\udc0d 🐍 \" \\ \u0001", Message.parse(message.wireJson()).text());
  }

  @Test
  void text_isTheContentOrItsTextPartsJoinedByNewlines() {
    assertEquals("x", parse("{\"role\":\"user\",\"content\":\"x\"}").text());
    assertEquals(
        "a\nb",
        parse(
                "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
                    + "{\"image_url\":{\"url\":\"data:\"},\"type\":\"image_url\"},7,[8],"
                    + "{\"text\":\"b\",\"type\":\"text\"}]}")
            .text());
    assertEquals("", parse("{\"role\":\"user\",\"content\":null}").text());
  }

  @Test
  void firstMessageOfImagesOnly_isNamedByTheJsonOfItsParts() {
    Message message =
        parse(
            "{\"role\":\"user\",\"content\":[ {\"type\": \"image_url\",\n"
                + "\"image_url\": {\"url\": \"data:x\", \"n\": 1.50}} ]}");
    assertEquals(
        "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:x\",\"n\":1.50}}]",
        message.firstMessageText());
    assertEquals("", message.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "\"user\"",
        "{}",
        "{\"role\":7}",
        "{\"role\":null}",
        "{\"role\":\"user\"",
        "{\"role\":\"user\"} {}",
        "{\"role\":\"user\",}",
        "{\"role\":\"user\",\"content\":\"\t\"}",
        "\ufeff{\"role\":\"user\"}",
        "{\0\"\0}\0",
      })
  void whatIsNoMessage_isRefused(String json) {
    assertThrows(IllegalArgumentException.class, () -> parse(json));
  }

  @Test
  void textThatIsNotUtf8_isRefused() {
    byte[] latin1 = "{\"role\":\"user\",\"content\":\"ü\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThrows(IllegalArgumentException.class, () -> Message.parse(latin1));
    byte[] surrogate = "{\"role\":\"user\",\"content\":\"???\"}".getBytes(UTF_8);
    int at = surrogate.length - 5;
    surrogate[at] = (byte) 0xED;
    surrogate[at + 1] = (byte) 0xA0;
    surrogate[at + 2] = (byte) 0x80;
    assertThrows(IllegalArgumentException.class, () -> Message.parse(surrogate));
  }

  @Test
  void nestingBomb_isRefused() {
    String deep = "[".repeat(1001) + "]".repeat(1001);
    assertThrows(
        IllegalArgumentException.class,
        () -> parse("{\"role\":\"user\",\"content\":" + deep + "}"));
  }

  @Test
  void imageOf25Megabytes_isAMessage() {
    String image = "A".repeat(25_000_000);
    Message message =
        parse(
            "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                + image
                + "\"}}]}");
    assertEquals("", message.text());
    assertEquals(message.fingerprint(), Message.parse(message.elementJson()).fingerprint());
  }

  @Test
  void timesOfTheOriginal_areInTheSystemsZone_andOthersAsTheySay() {
    Instant local =
        LocalDateTime.parse("2025-11-02T10:00:00.5").atZone(ZoneId.systemDefault()).toInstant();
    assertEquals(local, Times.parse("2025-11-02T10:00:00.500000"));
    assertEquals(Instant.parse("2025-11-02T09:00:00Z"), Times.parse("2025-11-02T10:00:00+01:00"));
    assertEquals(Instant.parse("2025-11-02T10:00:00Z"), Times.parse("2025-11-02 10:00:00Z"));
    assertNull(Times.parse("yesterday"));
    assertEquals(
        "2025-11-02T09:00:00.000000+00:00", Times.format(Times.parse("2025-11-02T09:00Z")));
  }
}
