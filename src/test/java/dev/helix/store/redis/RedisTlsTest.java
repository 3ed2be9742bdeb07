package dev.helix.store.redis;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.scripted.TlsKeys;
import dev.helix.servers.RedisServer;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS to Redis, with a relay before it that speaks it. */
class RedisTlsTest {
  @TempDir Path folder;

  private static ServerSocket listen(TlsKeys keys) throws Exception {
    return keys.context()
        .getServerSocketFactory()
        .createServerSocket(0, 16, InetAddress.getLoopbackAddress());
  }

  /** Passes on what comes, in both directions, until the listener is closed. */
  private static void passOn(ServerSocket listener, int port) {
    start(
        () -> {
          while (true) {
            Socket caller = listener.accept();
            Socket redis = new Socket(InetAddress.getLoopbackAddress(), port);
            start(() -> copy(caller, redis));
            start(() -> copy(redis, caller));
          }
        });
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // One of the two ended it.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static void copy(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    }
  }

  private static SessionStore open(String host, int port) {
    return SessionStore.open(
        "redis", Map.of("helix.redis.url", "rediss://" + host + ":" + port)::get);
  }

  @Test
  void tls_isSpokenToAServerThatIsTrusted_andIsTheOneThatWasMeant() throws Exception {
    TlsKeys keys = TlsKeys.make(folder);
    try (RedisServer server = RedisServer.start();
        ServerSocket listener = listen(keys)) {
      passOn(listener, server.port());
      try (SessionStore store = open("localhost", listener.getLocalPort())) {
        assertThrows(StoreUnavailableException.class, store::check, "nobody vouches for it");
      }
      keys.whileTrusted(
          () -> {
            try (SessionStore store = open("localhost", listener.getLocalPort())) {
              store.check();
            }
            try (SessionStore store = open("127.0.0.1", listener.getLocalPort())) {
              assertThrows(
                  StoreUnavailableException.class, store::check, "it is vouched for as another");
            }
          });
    }
  }
}
