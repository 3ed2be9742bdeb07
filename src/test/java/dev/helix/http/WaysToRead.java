package dev.helix.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.util.Queue;
import java.util.function.Consumer;

/** The ways in which an application may read a body; each puts what it read into a queue. */
record WaysToRead(Queue<byte[]> bodies) {
  void byteByByte(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ServletInputStream in = request.getInputStream();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      all.write(next);
    }
    assertTrue(in.isFinished());
    bodies.add(all.toByteArray());
  }

  void byListener(HttpServletRequest request, HttpServletResponse response) throws IOException {
    AsyncContext async = request.startAsync();
    request
        .getInputStream()
        .setReadListener(
            new Collect(
                request.getInputStream(),
                body -> {
                  bodies.add(body);
                  async.complete();
                }));
  }

  /** Is told of the data, and reads it on another thread after onDataAvailable has returned. */
  void afterListener(HttpServletRequest request, HttpServletResponse response) throws IOException {
    AsyncContext async = request.startAsync();
    ServletInputStream in = request.getInputStream();
    in.setReadListener(
        new ReadListener() {
          private final ByteArrayOutputStream all = new ByteArrayOutputStream();

          @Override
          public void onDataAvailable() {
            async.start(this::read);
          }

          private void read() {
            try {
              while (in.isReady() && !in.isFinished()) {
                all.write(in.read());
              }
            } catch (IOException e) {
              onError(e);
            }
          }

          @Override
          public void onAllDataRead() {
            bodies.add(all.toByteArray());
            async.complete();
          }

          @Override
          public void onError(Throwable cause) {
            throw new AssertionError(cause);
          }
        });
  }

  void afterDispatch(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (request.getDispatcherType() == DispatcherType.ASYNC) {
      bodies.add(request.getInputStream().readAllBytes());
    } else {
      request.startAsync().dispatch();
    }
  }

  static String text(Reader reader) throws IOException {
    StringWriter all = new StringWriter();
    reader.transferTo(all);
    return all.toString();
  }

  /** Collects a body as it comes, in small pieces. */
  record Collect(ServletInputStream in, Consumer<byte[]> end, ByteArrayOutputStream all)
      implements ReadListener {
    Collect(ServletInputStream in, Consumer<byte[]> end) {
      this(in, end, new ByteArrayOutputStream());
    }

    @Override
    public void onDataAvailable() throws IOException {
      byte[] piece = new byte[100];
      while (in.isReady() && !in.isFinished()) {
        int count = in.read(piece);
        if (count > 0) {
          all.write(piece, 0, count);
        }
      }
    }

    @Override
    public void onAllDataRead() {
      end.accept(all.toByteArray());
    }

    @Override
    public void onError(Throwable cause) {
      throw new AssertionError(cause);
    }
  }
}
