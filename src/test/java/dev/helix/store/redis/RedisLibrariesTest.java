package dev.helix.store.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.servers.RedisServer;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Which libraries the store needs, in a class loader that has no others. */
class RedisLibrariesTest {
  private static final List<String> CLIENT =
      List.of("jedis-.*", "commons-pool2-.*", "redis-authx-core-.*", "slf4j-api-.*");

  /** Our classes and Jackson, and these. */
  private static URLClassLoader with(List<String> jars) throws Exception {
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      String name = Path.of(entry).getFileName().toString();
      if (name.equals("classes")
          || name.startsWith("jackson-")
          || jars.stream().anyMatch(name::matches)) {
        path.add(Path.of(entry).toUri().toURL());
      }
    }
    return new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static Object open(ClassLoader loader, String url) throws Exception {
    UnaryOperator<String> settings = Map.of("helix.redis.url", url)::get;
    return loader
        .loadClass("dev.helix.session.SessionStore")
        .getMethod("open", String.class, UnaryOperator.class)
        .invoke(null, "redis", settings);
  }

  @Test
  void clientWithoutItsJsonLibraries_isEnough() throws Exception {
    try (RedisServer server = RedisServer.start();
        URLClassLoader loader = with(CLIENT);
        AutoCloseable store = (AutoCloseable) open(loader, server.url())) {
      assertThrows(ClassNotFoundException.class, () -> loader.loadClass("com.google.gson.Gson"));
      assertThrows(ClassNotFoundException.class, () -> loader.loadClass("org.json.JSONObject"));
      Class<?> contract = loader.loadClass("dev.helix.session.SessionStore");
      contract.getMethod("check").invoke(store);
      assertEquals(List.of(), contract.getMethod("list", int.class).invoke(store, 5));
    }
  }

  @Test
  void withoutTheClient_otherStoresWork_andThisOneSaysWhatIsMissing() throws Exception {
    try (URLClassLoader loader = with(List.of())) {
      assertThrows(
          ClassNotFoundException.class, () -> loader.loadClass("redis.clients.jedis.Connection"));
      InvocationTargetException failure =
          assertThrows(
              InvocationTargetException.class, () -> open(loader, "redis://127.0.0.1:6379"));
      assertEquals("dev.helix.session.SessionException", failure.getCause().getClass().getName());
      assertTrue(failure.getCause().getMessage().contains("redis.clients:jedis"));
    }
  }
}
