package dev.helix.filter;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** A caller that sends exactly the bytes it is told to, and keeps exactly those that come back. */
public final class RawHttp {
  private static final int TIMEOUT_MILLIS = 20_000;

  private RawHttp() {}

  public static Request get(String path) {
    return new Request("GET " + path + " HTTP/1.1");
  }

  public static Request line(String line) {
    return new Request(line);
  }

  public static Request post(String path) {
    return new Request("POST " + path + " HTTP/1.1");
  }

  public static Response exchange(int port, byte[] request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      try {
        socket.getOutputStream().write(request);
      } catch (IOException refused) {
        // Who does not read all of it has answered before.
      }
      return response(socket.getInputStream());
    }
  }

  /** Reads as much as the response has, not until the connection ends. */
  public static Response response(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the response ended in its head: " + text);
      }
      text.append((char) next);
    }
    List<String> head = text.toString().lines().filter(line -> !line.isEmpty()).toList();
    int status = Integer.parseInt(head.get(0).substring(9, 12));
    Response bare = new Response(status, head.subList(1, head.size()), "");
    String length = bare.header("Content-Length");
    byte[] body = length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
    return new Response(status, bare.headers(), new String(body, StandardCharsets.UTF_8));
  }

  /** A request under construction; header values are Latin-1, one char for each byte sent. */
  public static final class Request {
    private final StringBuilder head;
    private boolean hasHost;
    private byte[] body = {};

    private Request(String line) {
      head = new StringBuilder(line).append("\r\nConnection: close\r\n");
    }

    public Request header(String name, String value) {
      hasHost |= name.equals("Host");
      head.append(name).append(": ").append(value).append("\r\n");
      return this;
    }

    public Request json(String json) {
      return body("application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    public Request body(String contentType, byte[] bytes) {
      header("Content-Type", contentType);
      header("Content-Length", Integer.toString(bytes.length));
      body = bytes;
      return this;
    }

    public Request chunked(String contentType, byte[] bytes) {
      header("Content-Type", contentType);
      header("Transfer-Encoding", "chunked");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int from = 0; from < bytes.length; from += 1000) {
        int count = Math.min(1000, bytes.length - from);
        out.writeBytes(ascii(Integer.toHexString(count) + "\r\n"));
        out.write(bytes, from, count);
        out.writeBytes(ascii("\r\n"));
      }
      out.writeBytes(ascii("0\r\n\r\n"));
      body = out.toByteArray();
      return this;
    }

    /** Sends no Host but those given. */
    public Request withoutHost() {
      hasHost = true;
      return this;
    }

    public byte[] bytes() {
      if (!hasHost) {
        header("Host", "localhost");
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(ascii(head + "\r\n"));
      out.writeBytes(body);
      return out.toByteArray();
    }

    private static byte[] ascii(String text) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  /** A response; header values are Latin-1, one char for each byte received. */
  public record Response(int status, List<String> headers, String body) {
    public String header(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ": ";
      return headers.stream()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
          .map(line -> line.substring(start.length()))
          .findFirst()
          .orElse(null);
    }
  }
}
