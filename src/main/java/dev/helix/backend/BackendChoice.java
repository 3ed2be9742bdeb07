package dev.helix.backend;

import dev.helix.config.Settings;
import java.util.List;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which backend answers: the upstream, the demo, or one of the web application's own. Immutable.
 *
 * @param name the backend's name in {@code helix.backend}
 * @param provider makes a backend of the application's own; null for the upstream and the demo
 */
public record BackendChoice(String name, ChatBackend.Provider provider) {
  static final String KEY = "helix.backend";

  private static final String UPSTREAM = "upstream";
  private static final String DEMO = "demo";

  /**
   * The backend that {@code helix.backend} names. Where that is not set: the application's own,
   * else the upstream if one is set, else the demo. A name that is no backend's, and more than one
   * that could be meant, are reported by {@link Settings#check()}.
   *
   * @param upstream whether an upstream is set
   * @param own the backends that the application brings
   */
  public static BackendChoice read(
      Settings settings, boolean upstream, List<ChatBackend.Provider> own) {
    String asked = settings.string(KEY, null);
    if (asked != null) {
      return named(asked, own, settings, upstream);
    }
    if (own.isEmpty()) {
      return new BackendChoice(upstream ? UPSTREAM : DEMO, null);
    }
    if (own.size() > 1 || upstream) {
      settings.reject(
          KEY, "set, as there is more than one that could answer: " + names(own, upstream));
    }
    return new BackendChoice(own.get(0).name(), own.get(0));
  }

  /**
   * The backends that the web application brings.
   *
   * @throws IllegalArgumentException if one is named and cannot be loaded
   */
  public static List<ChatBackend.Provider> own() {
    try {
      // This class's own loader: in a container the thread's may be another application's.
      return ServiceLoader.load(ChatBackend.Provider.class, BackendChoice.class.getClassLoader())
          .stream()
          .map(ServiceLoader.Provider::get)
          .toList();
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException(
          "a backend of the application's own cannot be loaded: " + e.getMessage(), e);
    }
  }

  private static BackendChoice named(
      String asked, List<ChatBackend.Provider> own, Settings settings, boolean upstream) {
    if (asked.equals(DEMO) || asked.equals(UPSTREAM)) {
      if (asked.equals(UPSTREAM) && !upstream) {
        settings.reject(
            "helix.upstream.url", "the upstream's base URL, as " + KEY + " is " + UPSTREAM);
      }
      return new BackendChoice(asked, null);
    }
    List<ChatBackend.Provider> meant =
        own.stream().filter(provider -> asked.equals(provider.name())).toList();
    if (meant.size() != 1) {
      settings.reject(
          KEY,
          meant.isEmpty()
              ? "one of " + names(own, true)
              : "the name of one backend, not of " + meant.size());
      return new BackendChoice(DEMO, null);
    }
    return new BackendChoice(asked, meant.get(0));
  }

  private static String names(List<ChatBackend.Provider> own, boolean upstream) {
    return Stream.concat(
            upstream ? Stream.of(UPSTREAM, DEMO) : Stream.of(DEMO),
            own.stream().map(ChatBackend.Provider::name))
        .collect(Collectors.joining(", "));
  }

  /** Whether the demo answers. */
  public boolean isDemo() {
    return provider == null && name.equals(DEMO);
  }

  /** Whether the upstream answers. */
  public boolean isUpstream() {
    return provider == null && name.equals(UPSTREAM);
  }

  /**
   * Makes the application's own backend.
   *
   * @throws IllegalArgumentException if these settings make no backend
   */
  public ChatBackend open(UnaryOperator<String> settings) {
    return Objects.requireNonNull(
        provider.open(settings), () -> "the backend " + name + " is null");
  }

  /** Who answers, for the log. */
  @Override
  public String toString() {
    if (isDemo()) {
      return "the demo answers, which is no language model; set helix.upstream.url for one";
    }
    return isUpstream()
        ? "the upstream answers"
        : "the backend " + name + " of the application's own answers";
  }
}
