package dev.helix.backend.upstream;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.util.concurrent.locks.Lock;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ssl.SSLIOSession;
import org.apache.hc.core5.util.Timeout;

/**
 * A connection to the upstream that reads only what the client may take (ADR-0051). It reads
 * nothing while the window is used up, and once after the client has decoded a part of what it has:
 * when the client asks again with as many bytes left, it needs others. A connection with TLS needs
 * no gate. Read by its I/O thread only, else as thread-safe as the session it wraps.
 */
final class ReadGate implements IOSession {
  private final IOSession session;

  /** How much was left undecoded when the decoder asked last; the I/O thread's. */
  private int left;

  private ReadGate(IOSession session) {
    this.session = session;
  }

  /** The session behind a gate, where it needs one. */
  static IOSession before(IOSession session) {
    return session instanceof SSLIOSession ? session : new ReadGate(session);
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    if ((session.getEventMask() & SelectionKey.OP_READ) == 0) {
      return 0;
    }
    int has = buffer.position();
    if (has > 0 && has < left) {
      left = has;
      return 0;
    }
    int count = session.read(buffer);
    left = buffer.position();
    return count;
  }

  @Override
  public int write(ByteBuffer buffer) throws IOException {
    return session.write(buffer);
  }

  @Override
  public ByteChannel channel() {
    return session.channel();
  }

  @Override
  public boolean isOpen() {
    return session.isOpen();
  }

  @Override
  public void close() {
    session.close();
  }

  @Override
  public void close(CloseMode mode) {
    session.close(mode);
  }

  @Override
  public Status getStatus() {
    return session.getStatus();
  }

  @Override
  public String getId() {
    return session.getId();
  }

  @Override
  public Lock getLock() {
    return session.getLock();
  }

  @Override
  public IOEventHandler getHandler() {
    return session.getHandler();
  }

  @Override
  public void upgrade(IOEventHandler handler) {
    session.upgrade(handler);
  }

  @Override
  public void enqueue(Command command, Command.Priority priority) {
    session.enqueue(command, priority);
  }

  @Override
  public boolean hasCommands() {
    return session.hasCommands();
  }

  @Override
  public Command poll() {
    return session.poll();
  }

  @Override
  public int getEventMask() {
    return session.getEventMask();
  }

  @Override
  public void setEventMask(int operations) {
    session.setEventMask(operations);
  }

  @Override
  public void setEvent(int operation) {
    session.setEvent(operation);
  }

  @Override
  public void clearEvent(int operation) {
    session.clearEvent(operation);
  }

  @Override
  public SocketAddress getLocalAddress() {
    return session.getLocalAddress();
  }

  @Override
  public SocketAddress getRemoteAddress() {
    return session.getRemoteAddress();
  }

  @Override
  public Timeout getSocketTimeout() {
    return session.getSocketTimeout();
  }

  @Override
  public void setSocketTimeout(Timeout timeout) {
    session.setSocketTimeout(timeout);
  }

  @Override
  public void updateReadTime() {
    session.updateReadTime();
  }

  @Override
  public void updateWriteTime() {
    session.updateWriteTime();
  }

  @Override
  public long getLastReadTime() {
    return session.getLastReadTime();
  }

  @Override
  public long getLastWriteTime() {
    return session.getLastWriteTime();
  }

  @Override
  public long getLastEventTime() {
    return session.getLastEventTime();
  }

  @Override
  public String toString() {
    return session.toString();
  }
}
