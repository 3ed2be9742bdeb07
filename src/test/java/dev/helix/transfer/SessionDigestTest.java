package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts when two stores' sessions are compared. */
class SessionDigestTest {
  private static SessionDigest of(String status, String messages, String note) throws IOException {
    SessionDigest digest = new SessionDigest();
    digest.file("status.json", status.getBytes(UTF_8));
    digest.file("context/messages.json", messages.getBytes(UTF_8));
    digest.file("context/why.md", note.getBytes(UTF_8));
    return digest;
  }

  private static SessionDigest usual() throws IOException {
    return of("{\"a\":1.00,\"b\":[\"ü\"]}", "[{\"x\": 1,\"y\":\"ü\"},null]", "so");
  }

  @Test
  void layout_doesNotCount() throws IOException {
    for (SessionDigest same :
        List.of(
            of("{ \"b\" : [\"\\u00fc\"],\n\"a\":1.00}\n", "[{\"x\": 1,\"y\":\"ü\"},null]", "so"),
            of(
                "{\"a\":1.00,\"b\":[\"ü\"]}",
                "\uFEFF [\n{\"x\":\n1,\"y\":\"ü\"}\r\n,\tnull\n]\n",
                "so"))) {
      assertArrayEquals(usual().value(), same.value());
      assertEquals(Set.of(), usual().differingFrom(same));
    }
  }

  @Test
  void everythingElse_counts_andTheFileIsNamed() throws IOException {
    String status = "{\"a\":1.00,\"b\":[\"ü\"]}";
    String messages = "[{\"x\": 1,\"y\":\"ü\"},null]";
    assertDiffers("status.json", of("{\"a\":1.0,\"b\":[\"ü\"]}", messages, "so"));
    assertDiffers("status.json", of("{\"a\":1.00,\"b\":[\"ü\"],\"c\":null}", messages, "so"));
    for (String other :
        List.of(
            "[{\"x\": 1,\"y\":\"\\u00fc\"},null]",
            "[{\"x\":1,\"y\":\"ü\"},null]",
            "[{\"y\":\"ü\",\"x\": 1},null]",
            "[null,{\"x\": 1,\"y\":\"ü\"}]",
            "[{\"x\": 1,\"y\":\"ü\"}]",
            "[]")) {
      assertDiffers("context/messages.json", of(status, other, "so"));
    }
    assertDiffers("context/why.md", of(status, messages, "so\n"));
    SessionDigest more = usual();
    more.file("output/x", new byte[0]);
    assertDiffers("output/x", more);
  }

  private static void assertDiffers(String path, SessionDigest other) throws IOException {
    assertEquals(Set.of(path), usual().differingFrom(other));
    assertEquals(Set.of(path), other.differingFrom(usual()));
    assertFalse(Arrays.equals(usual().value(), other.value()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[", "[{]", "[] x", "[{}"})
  void whatIsNoArray_isAnError(String messages) {
    assertThrows(IOException.class, () -> of("{}", messages, ""));
  }
}
