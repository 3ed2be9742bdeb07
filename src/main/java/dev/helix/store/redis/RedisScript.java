package dev.helix.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** What Redis does in one step: the scripts {@code redis-*.lua} beside this class. */
enum RedisScript {
  APPEND,
  CHANGE,
  ADOPT,
  NOTE,
  ERASE,
  DELETE,
  READ,
  END,
  SHOW,
  BYTES,
  RESTORE,
  LEASE,
  LEASED,
  RENEW,
  RELEASE,
  UNALIAS,
  PAGE,
  MOVE,
  GHOST,
  CHECK;

  final String source;

  /** By which Redis knows it once it has seen it. */
  final String digest;

  RedisScript() {
    String file = "redis-" + name().toLowerCase(Locale.ROOT) + ".lua";
    try (InputStream in = RedisScript.class.getResourceAsStream(file)) {
      byte[] bytes = in.readAllBytes();
      source = new String(bytes, UTF_8);
      digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
