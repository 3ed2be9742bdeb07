package dev.helix.scripted;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A caller over a WebSocket, by the JDK's client. Every wait has a deadline. */
public final class SocketClient implements AutoCloseable {
  private static final int SECONDS = 20;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<Boolean> pings = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private final boolean reads;
  private WebSocket socket;

  private SocketClient(boolean reads) {
    this.reads = reads;
  }

  /** Connects to {@code /v1/responses} of a server; further headers come as names and values. */
  public static SocketClient connect(URI server, String... namesAndValues) {
    return open(server, "v1/responses", true, namesAndValues);
  }

  /** Connects, and reads nothing. */
  public static SocketClient connectDeaf(URI server) {
    return open(server, "v1/responses", false);
  }

  /** Connects to a path below that of the server. */
  public static SocketClient open(
      URI server, String path, boolean reads, String... namesAndValues) {
    SocketClient client = new SocketClient(reads);
    String base = server.toString().replaceFirst("^http", "ws").replaceFirst("/?$", "/");
    WebSocket.Builder builder = HTTP.newWebSocketBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      builder.header(namesAndValues[i], namesAndValues[i + 1]);
    }
    client.socket = get(builder.buildAsync(URI.create(base + path), client.new Listener()));
    return client;
  }

  /** The status with which a server refuses to open a WebSocket. */
  public static int refused(URI server, String... namesAndValues) {
    try (SocketClient unexpected = connect(server, namesAndValues)) {
      throw new AssertionError("it was opened, and has more: " + unexpected.hasMore());
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** Sends a text; apostrophes stand for quotation marks. */
  public SocketClient send(String json) {
    return sendPart(json.replace('\'', '"'), true);
  }

  /** Asks for a response to this input, with further fields. */
  public SocketClient ask(String input, String... fields) {
    String more = fields.length == 0 ? "" : "," + String.join(",", fields);
    return send("{'type':'response.create','model':'m','input':'" + input + "'" + more + "}");
  }

  public SocketClient sendPart(String text, boolean last) {
    WebSocket unused = get(socket.sendText(text, last));
    return this;
  }

  public void sendBytes() {
    WebSocket unused = get(socket.sendBinary(ByteBuffer.allocate(3), true));
  }

  /** The next message. */
  public JsonNode next() {
    try {
      JsonNode message = messages.poll(SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("no message came; closed: " + closed.getNow("no"));
      }
      return message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The next message that is an answer's last. */
  public JsonNode last() {
    List<JsonNode> all = answer();
    return all.get(all.size() - 1);
  }

  /** The messages of one answer. */
  public List<JsonNode> answer() {
    List<JsonNode> all = new ArrayList<>();
    while (true) {
      JsonNode next = next();
      all.add(next);
      String type = next.path("type").asText();
      if (type.equals("error") || type.matches("response[.](completed|failed|incomplete)")) {
        return all;
      }
    }
  }

  /** Waits for a ping. */
  public void awaitPing() {
    try {
      if (pings.poll(SECONDS, TimeUnit.SECONDS) == null) {
        throw new AssertionError("no ping came");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether a message is there that was not read. */
  public boolean hasMore() {
    return !messages.isEmpty();
  }

  /** How the server closes it: its code and its reason, or {@code broken}. */
  public String awaitClosed() {
    return get(closed);
  }

  /** Leaves without a word. */
  public void leave() {
    socket.abort();
  }

  @Override
  public void close() {
    leave();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void onOpen(WebSocket opened) {
      if (reads) {
        opened.request(Long.MAX_VALUE);
      }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        messages.add(Json.read(text.toString().getBytes(StandardCharsets.UTF_8)));
        text.setLength(0);
      }
      return null;
    }

    @Override
    public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
      pings.add(true);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(code + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.complete("broken");
    }
  }
}
