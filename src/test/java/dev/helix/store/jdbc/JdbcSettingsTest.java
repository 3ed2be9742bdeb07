package dev.helix.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionException;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that make no sense, and that none of their secrets is shown. */
class JdbcSettingsTest {
  private static final String SECRET = "s3same-and-lilies";

  @TempDir Path directory;

  private static String refused(Map<String, String> settings) {
    return assertThrows(IllegalArgumentException.class, () -> JdbcStores.open(settings))
        .getMessage();
  }

  @Test
  void eitherTheNameOrTheUrl_mustBeSet_notBoth() {
    String neither = refused(Map.of("helix.jdbc.url", "  "));
    assertTrue(neither.contains("helix.jdbc.jndi") && neither.contains("helix.jdbc.url"), neither);
    assertTrue(neither.contains("must be set, or"), neither);
    String both = refused(Map.of("helix.jdbc.url", "jdbc:h2:mem:x", "helix.jdbc.jndi", "jdbc/x"));
    assertTrue(both.contains("must be absent where helix.jdbc.jndi is set"), both);
  }

  @Test
  void valuesThatCannotBeUsed_areToldByTheirKeys() {
    Map<String, String> good = JdbcStores.settings("jdbc:h2:" + directory.resolve("x"), "a", "b");
    for (Map.Entry<String, String> bad :
        Map.of(
                "helix.jdbc.url", "postgres://" + SECRET + "@localhost/x",
                "helix.jdbc.create", "yes",
                "helix.jdbc.pool.size", "0",
                "helix.store.allow.loss", "1")
            .entrySet()) {
      Map<String, String> settings = new HashMap<>(good);
      settings.put(bad.getKey(), bad.getValue());
      String message = refused(settings);
      assertTrue(message.contains(bad.getKey()), message);
      assertFalse(message.contains(SECRET), message);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://u:%s@db/x",
        "jdbc:mariadb://u:%s@db:3306/x?useSsl=true",
        "jdbc:mysql://%s@db/x",
        "jdbc:mysql://u:a/%s@db/x",
        "jdbc:mysql://one,u:%s@two/x",
        "jdbc:mysql://address=(host=db)(password=%s)/x",
        "jdbc:mysql://(host=db, User = %s)/x"
      })
  void userInTheUrl_isRefused_withTheSettingThatIsForIt(String url) {
    String message = refused(Map.of("helix.jdbc.url", url.formatted(SECRET)));
    assertTrue(message.contains("helix.jdbc.password"), message);
    assertFalse(message.contains(SECRET), message);
  }

  @Test
  void urlWithoutADriver_saysWhereItsJarBelongs_andShowsNoSecret() {
    String message = refused(Map.of("helix.jdbc.url", "jdbc:oracle://db/x?password=" + SECRET));
    assertTrue(message.contains("no driver for jdbc:oracle://db/x"), message);
    assertTrue(message.contains("lib"), message);
    assertFalse(message.contains(SECRET), message);
  }

  @Test
  void refusedUser_isAnError_whichShowsNoSecretInAnyOfItsCauses() {
    // A database for each: H2 makes who was wrong wait, each time for longer.
    for (String wrong :
        List.of(
            ";PASSWORD=" + SECRET,
            ";NO_SUCH=1;PASSWORD=" + SECRET,
            // An error of the driver's that quotes the URL.
            ";PASSWORD=" + SECRET + ";NO_VALUE")) {
      String url = "jdbc:h2:" + directory.resolve("x" + wrong.length());
      JdbcStores.open(JdbcStores.settings(url, "helix", "right")).close();
      Map<String, String> settings = Map.of("helix.jdbc.url", url + ";USER=helix" + wrong);
      SessionException refused =
          assertThrows(SessionException.class, () -> JdbcStores.impatient().open(settings::get));
      StringWriter all = new StringWriter();
      refused.printStackTrace(new PrintWriter(all));
      assertFalse(all.toString().contains(SECRET), all.toString());
    }
  }

  @Test
  void placeShown_isTheUrlWithoutUserPasswordAndParameters() {
    for (Map.Entry<String, String> each :
        Map.of(
                "jdbc:mariadb://db:3306/x?password=" + SECRET,
                "jdbc:mariadb://db:3306/x",
                "jdbc:h2:~/x;PASSWORD=" + SECRET,
                "jdbc:h2:~/x",
                "jdbc:postgresql://db/x",
                "jdbc:postgresql://db/x")
            .entrySet()) {
      JdbcSettings settings = JdbcSettings.of(Map.of("helix.jdbc.url", each.getKey())::get);
      assertEquals(each.getValue(), settings.place());
      assertEquals(each.getValue(), settings.toString());
    }
  }

  /** What a filter's application has that takes no pool along: the loader hides it. */
  private static final class WithoutPool extends ClassLoader {
    WithoutPool() {
      super(WithoutPool.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("com.zaxxer.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("dev.helix.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @Test
  void withoutThePoolsJar_otherStoresOpen_andAUrlIsRefusedWithTheReason() throws Exception {
    Class<?> contract = new WithoutPool().loadClass(SessionStore.class.getName());
    var open = contract.getMethod("open", String.class, java.util.function.UnaryOperator.class);
    java.util.function.UnaryOperator<String> files =
        Map.of("helix.sessions.dir", directory.resolve("files").toString())::get;
    try (AutoCloseable store = (AutoCloseable) open.invoke(null, "files", files)) {
      assertFalse(store instanceof SessionStore, "another loader's");
    }
    java.util.function.UnaryOperator<String> url =
        Map.of("helix.jdbc.url", "jdbc:h2:" + directory.resolve("x"))::get;
    Throwable refused =
        assertThrows(
                java.lang.reflect.InvocationTargetException.class,
                () -> open.invoke(null, "jdbc", url))
            .getCause();
    assertEquals(IllegalArgumentException.class, refused.getClass());
    assertTrue(refused.getMessage().contains("HikariCP"), refused.getMessage());
  }
}
