package dev.helix.store.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.servers.RedisServer;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS to Redis, with a relay before it that speaks it. */
class RedisTlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir Path folder;

  /** A key and its own certificate for {@code localhost}, by the JDK's tool. */
  private Path keys() throws Exception {
    Path file = folder.resolve("keys.p12");
    Process tool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "redis",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    assertTrue(tool.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, tool.exitValue(), Files.readString(folder.resolve("log")));
    return file;
  }

  private static ServerSocket listen(Path keys) throws Exception {
    KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), null, null);
    return context
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
    Path keys = keys();
    String before = System.getProperty("javax.net.ssl.trustStore");
    try (RedisServer server = RedisServer.start();
        ServerSocket listener = listen(keys)) {
      passOn(listener, server.port());
      try (SessionStore store = open("localhost", listener.getLocalPort())) {
        assertThrows(StoreUnavailableException.class, store::check, "nobody vouches for it");
      }
      System.setProperty("javax.net.ssl.trustStore", keys.toString());
      System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
      try (SessionStore store = open("localhost", listener.getLocalPort())) {
        store.check();
      }
      try (SessionStore store = open("127.0.0.1", listener.getLocalPort())) {
        assertThrows(StoreUnavailableException.class, store::check, "it is vouched for as another");
      }
    } finally {
      System.clearProperty("javax.net.ssl.trustStorePassword");
      if (before == null) {
        System.clearProperty("javax.net.ssl.trustStore");
      } else {
        System.setProperty("javax.net.ssl.trustStore", before);
      }
    }
  }
}
