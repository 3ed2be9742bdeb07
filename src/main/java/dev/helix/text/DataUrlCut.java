package dev.helix.text;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Gathers JSON as it comes, without the data of large data URLs: length and SHA-256 of what they
 * encode stand in its place, as in {@code data:image/png;length=3;sha256=…,}. Only data in Base64
 * is left out. It holds no more than it keeps. Not safe for use by several threads.
 */
public final class DataUrlCut {
  private static final byte[] MARK = ";base64,".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SCHEME = "data:".getBytes(StandardCharsets.US_ASCII);

  /** How long type and parameters may be. */
  private static final int LONGEST_HEAD = 200;

  private final long longest;
  private byte[] kept;
  private int length;

  /** Where the data of the URL begins that is being read; -1 in whatever else. */
  private int dataFrom = -1;

  /** What of that data is known, where it is left out. */
  private Decoder decoder;

  /** An escape that has begun within the data. */
  private final byte[] escape = new byte[6];

  private int escapeLength;

  /**
   * Nothing yet.
   *
   * @param longest how many characters of data are kept
   */
  public DataUrlCut(long longest) {
    this.longest = longest;
    this.kept = new byte[1024];
  }

  /** The JSON with large data left out; the same array where there is none. */
  public static byte[] of(byte[] json, long longest) {
    if (json.length <= longest) {
      return json;
    }
    DataUrlCut cut = new DataUrlCut(longest);
    cut.add(json, 0, json.length);
    cut.end();
    return cut.length == json.length ? json : cut.bytes();
  }

  /** Whether there is data in Base64 that may be left out, in a part of an array. */
  public static boolean hasData(byte[] json, int from, int to) {
    int at = ByteSearch.indexOf(MARK[0], MARK[0], json, from, to);
    while (at < to) {
      int end = at + MARK.length;
      if (end <= to && Arrays.equals(json, at, end, MARK, 0, MARK.length)) {
        return true;
      }
      at = ByteSearch.indexOf(MARK[0], MARK[0], json, at + 1, to);
    }
    return false;
  }

  /** Takes the next bytes. */
  public void add(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      at = dataFrom < 0 ? text(bytes, at, to) : data(bytes, at, to);
    }
  }

  /** There are no more. */
  public void end() {
    if (dataFrom >= 0) {
      endData();
    }
  }

  /** What is kept. A fresh array. */
  public byte[] bytes() {
    return Arrays.copyOf(kept, length);
  }

  /** How much is kept so far. */
  public int length() {
    return length;
  }

  private int text(byte[] bytes, int from, int to) {
    int comma = ByteSearch.indexOf((byte) ',', (byte) ',', bytes, from, to);
    int end = Math.min(comma + 1, to);
    append(bytes, from, end);
    if (comma < to && isBehindHead()) {
      dataFrom = length;
    }
    return end;
  }

  /** Whether what is kept ends with the head of a data URL. */
  private boolean isBehindHead() {
    int mark = length - MARK.length;
    if (mark < 0 || !Arrays.equals(kept, mark, length, MARK, 0, MARK.length)) {
      return false;
    }
    for (int at = mark - SCHEME.length; at >= 0 && at >= mark - LONGEST_HEAD; at--) {
      if (Arrays.equals(kept, at, at + SCHEME.length, SCHEME, 0, SCHEME.length)) {
        return true;
      }
    }
    return false;
  }

  private int data(byte[] bytes, int from, int to) {
    if (escapeLength > 0) {
      escape[escapeLength++] = bytes[from];
      escaped();
      return from + 1;
    }
    int end = from;
    while (end < to && isData(bytes[end])) {
      end++;
    }
    keep(bytes, from, end);
    if (end < to && bytes[end] == '\\') {
      escape[escapeLength++] = '\\';
      return end + 1;
    }
    if (end < to) {
      endData();
    }
    return end;
  }

  private static boolean isData(int c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '+'
        || c == '/'
        || c == '='
        || c == '-'
        || c == '_';
  }

  /** An escape has got another byte: what it stands for may be data too. */
  private void escaped() {
    int c = escapeLength == 2 && escape[1] == '/' ? '/' : -1;
    if (escapeLength == escape.length) {
      try {
        c = HexFormat.fromHexDigits(new String(escape, StandardCharsets.ISO_8859_1), 2, 6);
      } catch (NumberFormatException e) {
        c = -1;
      }
    }
    if (isData(c)) {
      escapeLength = 0;
      keep(new byte[] {(byte) c}, 0, 1);
    } else if (escape[1] != 'u' || escapeLength == escape.length) {
      endData();
    }
  }

  /** Takes data. */
  private void keep(byte[] bytes, int from, int to) {
    if (decoder == null && length - dataFrom + to - from > longest) {
      decoder = new Decoder();
      decoder.add(kept, dataFrom, length);
      length = dataFrom;
    }
    if (decoder == null) {
      append(bytes, from, to);
    } else {
      decoder.add(bytes, from, to);
    }
  }

  private void endData() {
    dataFrom = -1;
    if (decoder != null) {
      length -= MARK.length;
      byte[] instead = decoder.end().getBytes(StandardCharsets.US_ASCII);
      append(instead, 0, instead.length);
      decoder = null;
    }
    append(escape, 0, escapeLength);
    escapeLength = 0;
  }

  private void append(byte[] bytes, int from, int to) {
    int longer = length + to - from;
    if (longer > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(longer, 2 * kept.length));
    }
    System.arraycopy(bytes, from, kept, length, to - from);
    length = longer;
  }

  /** Length and digest of what characters of Base64 encode, in either of its alphabets. */
  private static final class Decoder {
    private final MessageDigest digest = Sha256.begin();
    private final byte[] decoded = new byte[8192];
    private int fill;
    private long length;
    private int bits;
    private int count;

    void add(byte[] characters, int from, int to) {
      for (int i = from; i < to; i++) {
        int value = value(characters[i]);
        if (value >= 0) {
          bits = (bits << 6) | value;
          count += 6;
          if (count >= 8) {
            count -= 8;
            put((byte) (bits >> count));
          }
        }
      }
    }

    private static int value(byte c) {
      if (c >= 'A' && c <= 'Z') {
        return c - 'A';
      }
      if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
      }
      if (c >= '0' && c <= '9') {
        return c - '0' + 52;
      }
      return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    }

    private void put(byte b) {
      decoded[fill++] = b;
      length++;
      if (fill == decoded.length) {
        digest.update(decoded);
        fill = 0;
      }
    }

    /** What stands in place of the data. */
    String end() {
      digest.update(decoded, 0, fill);
      String hex = HexFormat.of().formatHex(digest.digest());
      return ";length=" + length + ";sha256=" + hex + ",";
    }
  }
}
