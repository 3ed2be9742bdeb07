package dev.helix.session;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The kinds of stores that there are, found by {@link ServiceLoader}. No state. */
public final class StoreProviders {
  private StoreProviders() {}

  /**
   * What makes no sense in the settings of a kind of store, as {@link
   * SessionStore.Provider#problems} says; where there is no such kind, those there are.
   *
   * @param key whose value the name is
   */
  public static Map<String, String> problems(
      String key, String name, UnaryOperator<String> settings) {
    Map<String, SessionStore.Provider> all = all();
    return all.containsKey(name)
        ? all.get(name).problems(settings)
        : Map.of(key, "one of " + String.join(", ", all.keySet()));
  }

  /**
   * The kind of that name.
   *
   * @throws IllegalArgumentException if there is none, naming those there are
   */
  public static SessionStore.Provider named(String name) {
    Map<String, SessionStore.Provider> all = all();
    if (!all.containsKey(name)) {
      throw new IllegalArgumentException(
          "no session store is called " + name + ", only " + all.keySet());
    }
    return all.get(name);
  }

  private static Map<String, SessionStore.Provider> all() {
    Map<String, SessionStore.Provider> all = new TreeMap<>();
    // This class's own loader: in a container the thread's may be another application's.
    ServiceLoader.load(SessionStore.Provider.class, StoreProviders.class.getClassLoader())
        .forEach(provider -> all.put(provider.name(), provider));
    return all;
  }

  /**
   * The folder that a setting names, with {@code ~/} for the home directory; empty where it is null
   * or blank.
   *
   * @throws IllegalArgumentException if it is no path
   */
  public static Optional<Path> folder(UnaryOperator<String> settings, String key) {
    String setting = settings.apply(key);
    if (setting == null || setting.isBlank()) {
      return Optional.empty();
    }
    String folder = setting.strip();
    try {
      return Optional.of(
          folder.startsWith("~/")
              ? Path.of(System.getProperty("user.home"), folder.substring(2))
              : Path.of(folder));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(key + " is not a path", e);
    }
  }
}
