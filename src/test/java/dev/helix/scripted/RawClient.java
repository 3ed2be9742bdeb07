package dev.helix.scripted;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A caller on one raw connection, which sends exactly the bytes it is given. Every read and connect
 * has a deadline of its own and fails when it passes. Not thread-safe.
 */
public final class RawClient implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Socket socket;
  private final HttpInput in;
  private final String authority;
  private final String basePath;

  private RawClient(Socket socket, URI server) throws IOException {
    this.socket = socket;
    this.in = new HttpInput(socket.getInputStream());
    this.authority = server.getRawAuthority();
    String path = server.getRawPath();
    this.basePath = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** Connects to a server, whose URL may have a context path. */
  public static RawClient connect(URI server) {
    return connect(server, 0);
  }

  /** Connects with a receive buffer of that many bytes, so that not reading is soon felt. */
  public static RawClient connect(URI server, int receiveBuffer) {
    Socket socket = new Socket();
    try {
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(server.getHost(), server.getPort()), (int) DEADLINE.toMillis());
      socket.setSoTimeout((int) DEADLINE.toMillis());
      return new RawClient(socket, server);
    } catch (IOException e) {
      try {
        socket.close();
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw new UncheckedIOException(e);
    }
  }

  /** Sets how long a single read may wait from now on. */
  public RawClient deadline(Duration deadline) {
    try {
      socket.setSoTimeout((int) deadline.toMillis());
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends these bytes. */
  public void send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a request's head and body; {@code path} is below the server's context path. */
  public void request(String method, String path, byte[] body, String... namesAndValues) {
    boolean hasBody = body.length > 0 || method.equals("POST");
    send(
        (method
                + " "
                + basePath
                + path
                + " HTTP/1.1\r\nHost: "
                + authority
                + "\r\n"
                + (hasBody ? "Content-Length: " + body.length + "\r\n" : "")
                + Header.lines(namesAndValues)
                + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    send(body);
  }

  /** Posts JSON. */
  public void post(String path, String json, String... namesAndValues) {
    String[] all = new String[namesAndValues.length + 2];
    System.arraycopy(namesAndValues, 0, all, 2, namesAndValues.length);
    all[0] = "Content-Type";
    all[1] = "application/json";
    request("POST", path, json.getBytes(StandardCharsets.UTF_8), all);
  }

  /** Reads the head of the next response. */
  public RawResponse response() {
    return RawResponse.head(in);
  }

  /** Reads what still comes until the server closes the connection. */
  public void awaitClosed() {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves: closes the connection, with whatever is still under way. */
  public void leave() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    leave();
  }

  /** One request on a connection of its own, with the whole body read. */
  public static RawResponse exchange(
      URI server, String method, String path, byte[] body, String... namesAndValues) {
    try (RawClient client = connect(server)) {
      client.request(method, path, body, namesAndValues);
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  /** A GET on a connection of its own, with the whole body read. */
  public static RawResponse get(URI server, String path, String... namesAndValues) {
    return exchange(server, "GET", path, new byte[0], namesAndValues);
  }
}
