package dev.helix.http;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;

/** Knows how much of the bodies of requests has been read, and when a reader waits. Thread-safe. */
final class WatchedBody {
  private long count;
  private boolean waiting;

  /** A request whose body is watched. */
  HttpServletRequest watch(HttpServletRequest request) throws IOException {
    ServletInputStream in = new Watched(request.getInputStream());
    return new HttpServletRequestWrapper(request) {
      @Override
      public ServletInputStream getInputStream() {
        return in;
      }
    };
  }

  /** Whether so many bytes have been read, and somebody is about to read on. */
  synchronized boolean waitsBehind(long bytes) {
    return waiting && count == bytes;
  }

  private synchronized void enter() {
    waiting = true;
  }

  private synchronized void leave(int read) {
    waiting = false;
    count += Math.max(0, read);
  }

  private final class Watched extends ServletInputStream {
    private final ServletInputStream in;

    Watched(ServletInputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = 0;
      enter();
      try {
        read = in.read(target, offset, length);
        return read;
      } finally {
        leave(read);
      }
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }
  }
}
