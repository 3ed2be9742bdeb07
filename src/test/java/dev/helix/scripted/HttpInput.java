package dev.helix.scripted;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The reading half of an HTTP/1.1 connection. Not thread-safe. Source: RFC 9112. */
final class HttpInput {
  private final InputStream in;

  HttpInput(InputStream in) {
    this.in = new BufferedInputStream(in, 64 * 1024);
  }

  /**
   * The next line without its CRLF or LF, as Latin-1; null if the stream ends before its first
   * byte.
   */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b = in.read();
    if (b < 0) {
      return null;
    }
    while (b != '\n') {
      if (b < 0) {
        throw new EOFException("the stream ended inside a line: " + line);
      }
      line.write(b);
      b = in.read();
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** The header lines up to and with the empty one. */
  List<Header> headers() throws IOException {
    List<Header> headers = new ArrayList<>();
    for (String line = line(); ; line = line()) {
      if (line == null) {
        throw new EOFException("the stream ended inside the headers");
      }
      if (line.isEmpty()) {
        return List.copyOf(headers);
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("not a header line: " + line);
      }
      headers.add(new Header(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
  }

  /** Exactly that many bytes. */
  byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the stream ended " + (length - bytes.length) + " bytes early");
    }
    return bytes;
  }

  /**
   * Some bytes, at least one, at most {@code limit}, as soon as there are any; empty at the end.
   */
  byte[] some(int limit) throws IOException {
    byte[] buffer = new byte[limit];
    int length = in.read(buffer);
    return length <= 0 ? new byte[0] : Arrays.copyOf(buffer, length);
  }

  /** The size of the next chunk; 0 for the last one. */
  int chunkSize() throws IOException {
    String line = line();
    if (line == null) {
      throw new EOFException("the stream ended between chunks");
    }
    int semicolon = line.indexOf(';');
    String size = semicolon < 0 ? line : line.substring(0, semicolon);
    return Integer.parseInt(size.strip(), 16);
  }

  /** The line end behind a chunk's bytes. */
  void endOfChunk() throws IOException {
    String line = line();
    if (line == null || !line.isEmpty()) {
      throw new EOFException("no line end behind a chunk but " + line);
    }
  }

  /** A request's whole body. */
  byte[] requestBody(List<Header> headers) throws IOException {
    if ("chunked".equalsIgnoreCase(Header.first(headers, "Transfer-Encoding"))) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int size = chunkSize(); size > 0; size = chunkSize()) {
        body.writeBytes(exactly(size));
        endOfChunk();
      }
      headers();
      return body.toByteArray();
    }
    String length = Header.first(headers, "Content-Length");
    return length == null ? new byte[0] : exactly(Integer.parseInt(length));
  }
}
