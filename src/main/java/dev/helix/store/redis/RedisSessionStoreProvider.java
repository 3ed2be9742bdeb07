package dev.helix.store.redis;

import dev.helix.session.SessionException;
import dev.helix.session.SessionStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Makes the store called {@code redis} where {@code helix.redis.url} says, in Redis from 6.2 or
 * Valkey. Stateless. It needs the client {@code redis.clients:jedis}, which an application that
 * takes only the filter brings itself.
 */
public final class RedisSessionStoreProvider implements SessionStore.Provider {
  private static final String URL = "helix.redis.url";
  private static final String USER = "helix.redis.user";
  private static final String PASSWORD = "helix.redis.password";
  private static final String ALLOW_LOSS = "helix.store.allow.loss";

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public Map<String, String> problems(UnaryOperator<String> settings) {
    Map<String, String> problems = new LinkedHashMap<>();
    String url = text(settings, URL);
    try {
      RedisAddress.parse(url == null ? "" : url, null, null);
    } catch (IllegalArgumentException e) {
      problems.put(URL, e.getMessage());
    }
    if (text(settings, USER) != null && text(settings, PASSWORD) == null) {
      problems.put(PASSWORD, "set where " + USER + " is");
    }
    String allowed = text(settings, ALLOW_LOSS);
    if (allowed != null && !allowed.equals("true") && !allowed.equals("false")) {
      problems.put(ALLOW_LOSS, "true or false");
    }
    return problems;
  }

  private static String text(UnaryOperator<String> settings, String key) {
    String value = settings.apply(key);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /**
   * {@inheritDoc}
   *
   * @throws SessionException if Redis can be reached and may lose what it has acknowledged, without
   *     {@code helix.store.allow.loss}; or if the client is missing
   */
  @Override
  public SessionStore open(UnaryOperator<String> settings) {
    RedisAddress address = address(settings);
    boolean lossAllowed = "true".equals(text(settings, ALLOW_LOSS));
    return withClient(() -> RedisSessionStore.open(address, lossAllowed));
  }

  @Override
  public SessionStore openToRead(UnaryOperator<String> settings) {
    RedisAddress address = address(settings);
    return withClient(() -> RedisSessionReader.open(address));
  }

  private RedisAddress address(UnaryOperator<String> settings) {
    problems(settings)
        .forEach(
            (key, allowed) -> {
              throw new IllegalArgumentException(key + " must be " + allowed);
            });
    return RedisAddress.parse(text(settings, URL), text(settings, USER), text(settings, PASSWORD));
  }

  private static SessionStore withClient(Supplier<SessionStore> opening) {
    try {
      return opening.get();
    } catch (NoClassDefFoundError e) {
      throw new SessionException("the store redis needs the library redis.clients:jedis", e);
    }
  }
}
