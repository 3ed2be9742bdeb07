package dev.helix.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseEndTest {
  private static List<Boolean> ends(String... pieces) {
    ResponseEnd end = new ResponseEnd();
    List<Boolean> ends = new ArrayList<>();
    for (String piece : pieces) {
      byte[] bytes = piece.getBytes(StandardCharsets.ISO_8859_1);
      ends.add(end.isReachedBy(bytes, bytes.length));
    }
    return ends;
  }

  @Test
  void bodyOfKnownLengthEndsWithItsLastByte_andTheNextResponseCounts() {
    String head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX: y\r\n\r\n";
    assertEquals(List.of(false, false, true, true), ends(head, "ab", "cd", head + "abcd"));
  }

  @Test
  void chunkedBodyEndsWithItsLastChunk_howeverItIsCut() {
    String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertEquals(List.of(false, false, false, true), ends(head, "2\r\nab\r\n0", "\r\n\r", "\n"));
    assertEquals(List.of(false, true), ends(head, "0\r\n\r\n"));
  }
}
