package dev.helix.scripted;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A request at the scripted upstream and the means to answer it. One thread answers; each method
 * writes and flushes before it returns, and throws {@link UncheckedIOException} when the peer has
 * gone.
 */
public final class Call {
  private final Request request;
  private final Socket socket;
  private final boolean closeWhenDone;
  private final CompletableFuture<Void> closedByPeer = new CompletableFuture<>();
  private boolean chunked;

  Call(Request request, Socket socket, boolean closeWhenDone) {
    this.request = request;
    this.socket = socket;
    this.closeWhenDone = closeWhenDone;
  }

  public Request request() {
    return request;
  }

  /** Answers with a JSON body; further headers come as names and values. */
  public void respondJson(int status, String body, String... namesAndValues) {
    respond(status, "application/json", body.getBytes(StandardCharsets.UTF_8), namesAndValues);
  }

  /**
   * Answers with a body of known length, sent with its head: who needs no more than that may close
   * the connection behind it.
   */
  public void respond(int status, String contentType, byte[] body, String... namesAndValues) {
    String head =
        "HTTP/1.1 "
            + status
            + " Scripted\r\n"
            + Header.lines("Content-Type", contentType, "Content-Length", "" + body.length)
            + Header.lines(namesAndValues)
            + "\r\n";
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    all.writeBytes(body);
    respond(all.toByteArray());
  }

  /** Answers with exactly these bytes, status line and all, and keeps the connection open. */
  public void respond(byte[] bytes) {
    raw(bytes);
    done();
  }

  /** Sends the head of a chunked event stream. */
  public void beginSse(String... namesAndValues) {
    raw(
        "HTTP/1.1 200 OK\r\n"
            + Header.lines(
                "Content-Type", "text/event-stream; charset=utf-8", "Transfer-Encoding", "chunked")
            + Header.lines(namesAndValues)
            + "\r\n");
    chunked = true;
  }

  /** Sends one event with this data, in one chunk. */
  public void sse(String data) {
    chunk("data: " + data + "\n\n");
  }

  /** Sends one chunk. */
  public void chunk(String text) {
    chunk(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends one chunk. */
  public void chunk(byte[] bytes) {
    if (!chunked) {
      throw new IllegalStateException("the answer is not chunked");
    }
    byte[] size = (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[size.length + bytes.length + 2];
    System.arraycopy(size, 0, whole, 0, size.length);
    System.arraycopy(bytes, 0, whole, size.length, bytes.length);
    whole[whole.length - 2] = '\r';
    whole[whole.length - 1] = '\n';
    raw(whole);
  }

  /** Sends these bytes as they are. */
  public void raw(String text) {
    raw(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends these bytes as they are. */
  public void raw(byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the chunked answer; the connection stays open for the next request. */
  public void end() {
    raw("0\r\n\r\n");
    chunked = false;
    done();
  }

  /** Sends events with these data, and the end, all at once: a peer may close at any of them. */
  public void endWith(List<String> data) {
    StringBuilder rest = new StringBuilder();
    for (String each : data) {
      String event = "data: " + each + "\n\n";
      int length = event.getBytes(StandardCharsets.UTF_8).length;
      rest.append(Integer.toHexString(length)).append("\r\n").append(event).append("\r\n");
    }
    raw(rest + "0\r\n\r\n");
    chunked = false;
    done();
  }

  /** Closes the connection where it stands (FIN). */
  public void cut() {
    close(false);
  }

  /** Tears the connection down (RST). */
  public void reset() {
    close(true);
  }

  /** Waits until the peer has closed this call's connection; fails when it has not in time. */
  public void awaitClosedByPeer(Duration timeout) {
    try {
      closedByPeer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("the upstream connection is still open after " + timeout, e);
    } catch (ExecutionException e) {
      throw new AssertionError("the upstream connection was not closed by the peer", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Whether the peer has been seen to close this call's connection. */
  public boolean isClosedByPeer() {
    return closedByPeer.isDone() && !closedByPeer.isCompletedExceptionally();
  }

  void peerClosed() {
    closedByPeer.complete(null);
  }

  void peerStayed() {
    closedByPeer.completeExceptionally(new IllegalStateException("it went on to another request"));
  }

  private void done() {
    if (closeWhenDone) {
      cut();
    }
  }

  private void close(boolean abruptly) {
    closedByPeer.completeExceptionally(new IllegalStateException("the script closed it"));
    try {
      if (abruptly) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
