package dev.helix.bench;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A servlet that sends a token a second by itself, as the upstream's model {@code seconds-N} does:
 * the least that an application can do that holds a stream open. It asks nobody and keeps nothing,
 * so what a server has no room for with it, it has no room for with any. In a WAR of its own, of
 * which it is all.
 */
public final class TokenServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  private transient ScheduledExecutorService timers;

  @Override
  public void init() {
    timers = Executors.newScheduledThreadPool(2);
  }

  @Override
  public void destroy() {
    timers.shutdownNow();
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    int from = body.indexOf("seconds-") + "seconds-".length();
    int tokens = Integer.parseInt(body, from, body.indexOf('"', from), 10);
    response.setContentType("text/event-stream");
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    sendLater(async, 0, tokens, System.nanoTime());
  }

  private void sendLater(AsyncContext async, int number, int tokens, long due) {
    ScheduledFuture<?> unused =
        timers.schedule(
            () -> send(async, number, tokens, due), due - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void send(AsyncContext async, int number, int tokens, long due) {
    try {
      ServletOutputStream out = async.getResponse().getOutputStream();
      String data =
          number == tokens
              ? "[DONE]"
              : "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
                  + (number + ":" + System.nanoTime() + " ")
                  + "\"},\"finish_reason\":null}]}";
      out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
      if (number == tokens) {
        async.complete();
      } else {
        sendLater(async, number + 1, tokens, due + 1_000_000_000);
      }
    } catch (IOException e) {
      getServletContext().log("a stream was cut", e);
      async.complete();
    }
  }
}
