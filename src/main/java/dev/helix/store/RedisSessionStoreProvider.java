package dev.helix.store;

import dev.helix.session.SessionException;
import dev.helix.session.SessionStore;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Makes the store called {@code redis} where {@code helix.redis.url} says, in Redis from 6.2 or
 * Valkey. Stateless. It needs the client {@code redis.clients:jedis}, which an application that
 * takes only the filter brings itself.
 */
public final class RedisSessionStoreProvider implements SessionStore.Provider {
  private static final String URL = "helix.redis.url";
  private static final String ALLOW_LOSS = "helix.store.allow.loss";

  @Override
  public String name() {
    return "redis";
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
    boolean lossAllowed = lossAllowed(settings);
    return withClient(() -> RedisSessionStore.open(address, lossAllowed));
  }

  @Override
  public SessionStore openToRead(UnaryOperator<String> settings) {
    RedisAddress address = address(settings);
    return withClient(() -> RedisSessionView.open(address));
  }

  private static RedisAddress address(UnaryOperator<String> settings) {
    String url = settings.apply(URL);
    if (url == null || url.isBlank()) {
      throw new IllegalArgumentException("the store redis needs " + URL);
    }
    return RedisAddress.parse(url.strip());
  }

  private static boolean lossAllowed(UnaryOperator<String> settings) {
    String allowed = settings.apply(ALLOW_LOSS);
    if (allowed == null || allowed.isBlank() || allowed.strip().equals("false")) {
      return false;
    }
    if (!allowed.strip().equals("true")) {
      throw new IllegalArgumentException(ALLOW_LOSS + " must be true or false");
    }
    return true;
  }

  private static SessionStore withClient(Supplier<SessionStore> opening) {
    try {
      return opening.get();
    } catch (NoClassDefFoundError e) {
      throw new SessionException("the store redis needs the library redis.clients:jedis", e);
    }
  }
}
