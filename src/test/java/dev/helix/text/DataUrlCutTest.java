package dev.helix.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DataUrlCutTest {
  private static final byte[] IMAGE = new byte[100_001];

  static {
    new Random(7).nextBytes(IMAGE);
  }

  private static final String BASE64 = Base64.getEncoder().encodeToString(IMAGE);
  private static final String URL = "data:image/png;base64," + BASE64;

  private static String cut(String json) {
    byte[] bytes = json.getBytes(UTF_8);
    String whole = new String(DataUrlCut.of(bytes, 1000), UTF_8);
    for (int size : List.of(1, 3, 1000)) {
      DataUrlCut pieces = new DataUrlCut(1000);
      for (int from = 0; from < bytes.length; from += size) {
        byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size));
        pieces.add(piece, 0, piece.length);
      }
      pieces.end();
      assertEquals(whole, new String(pieces.bytes(), UTF_8), "in pieces of " + size);
    }
    return whole;
  }

  private static String instead() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(IMAGE);
    return "data:image/png;length=100001;sha256=" + HexFormat.of().formatHex(digest) + ",";
  }

  @Test
  void largeData_givesWayToItsLengthAndDigest_whereverItStands() throws Exception {
    assertEquals("{\"url\":\"" + instead() + "\"}", cut("{\"url\":\"" + URL + "\"}"));
    assertEquals(
        "{\"content\":\"Here: ![it](" + instead() + ")\\nand " + instead() + "\\n\\nBye\"}",
        cut("{\"content\":\"Here: ![it](" + URL + ")\\nand " + URL + "\\n\\nBye\"}"));
    assertEquals(
        "{\"content\":\"<img src=\\\"" + instead() + "\\\">\"}",
        cut("{\"content\":\"<img src=\\\"" + URL + "\\\">\"}"));
  }

  @Test
  void escapesWithinTheData_areData_andOthersEndIt() throws Exception {
    for (String escaped :
        List.of(
            BASE64.replace("/", "\\/"),
            BASE64.replace("+", "\\u002B"),
            BASE64.replace("=", "\\u003d"),
            Base64.getUrlEncoder().encodeToString(IMAGE),
            BASE64.replace("=", ""))) {
      assertEquals(
          "{\"url\":\"" + instead() + "\\u0022 x\"}",
          cut("{\"url\":\"data:image/png;base64," + escaped + "\\u0022 x\"}"));
    }
  }

  @Test
  void smallData_andWhatIsNone_isKeptAsItIs() {
    for (String json :
        List.of(
            "{\"url\":\"data:image/png;base64,AAAA\",\"content\":\"" + "a, b; ".repeat(500) + "\"}",
            "{\"content\":\"x;base64," + "A".repeat(5000) + "\"}",
            "{\"content\":\"data: " + "1,2,".repeat(5000) + "\"}",
            "{\"content\":\"data:text/plain," + "A".repeat(5000) + "\"}",
            "{\"url\":\"data:image/png;base64,AAAA\\n" + "more ".repeat(500) + "\"}")) {
      assertEquals(json, cut(json));
      byte[] bytes = json.getBytes(UTF_8);
      assertSame(bytes, DataUrlCut.of(bytes, 1000));
    }
  }
}
