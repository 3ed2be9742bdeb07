package dev.helix.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A key and its own certificate for {@code localhost}, by the JDK's tool. Immutable. */
public final class TlsKeys {
  private static final String PASSWORD = "changeit";
  private static final String TRUSTED = "javax.net.ssl.trustStore";
  private static final String TRUSTED_PASSWORD = "javax.net.ssl.trustStorePassword";

  /** What is done while the certificate is trusted. */
  public interface Work {
    void run() throws Exception;
  }

  private final Path file;

  private TlsKeys(Path file) {
    this.file = file;
  }

  /** Makes them, in files of this folder. */
  public static TlsKeys make(Path folder) throws Exception {
    Path file = folder.resolve("keys.p12");
    Process tool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "own",
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
    return new TlsKeys(file);
  }

  /** What a server needs that has them. */
  public SSLContext context() throws Exception {
    KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), null, null);
    return context;
  }

  /** Does something while clients that are made trust the certificate. */
  public void whileTrusted(Work work) throws Exception {
    String before = System.getProperty(TRUSTED);
    System.setProperty(TRUSTED, file.toString());
    System.setProperty(TRUSTED_PASSWORD, PASSWORD);
    try {
      work.run();
    } finally {
      System.clearProperty(TRUSTED_PASSWORD);
      if (before == null) {
        System.clearProperty(TRUSTED);
      } else {
        System.setProperty(TRUSTED, before);
      }
    }
  }
}
