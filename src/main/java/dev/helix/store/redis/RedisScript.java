package dev.helix.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import redis.clients.jedis.Protocol.Command;

/** What Redis does in one step: the scripts {@code redis-*.lua} beside this class. */
enum RedisScript {
  APPEND,
  CHANGE,
  ADOPT,
  NOTE,
  DELETE,
  READ,
  END,
  SHOW,
  RESTORE,
  LEASE,
  RENEW,
  RELEASE,
  PAGE,
  MOVE,
  GHOST;

  private final String source;

  /** By which Redis knows it once it has seen it. */
  private final String digest;

  RedisScript() {
    String file = "redis-" + name().toLowerCase(Locale.ROOT) + ".lua";
    try (InputStream in = RedisScript.class.getResourceAsStream(file)) {
      source = new String(in.readAllBytes(), UTF_8);
      digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(utf8(source)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  RedisWire.Call call(Command how, List<String> keys, Object... arguments) {
    List<Object> all = new ArrayList<>();
    all.add(how == Command.EVAL ? source : digest);
    all.add(keys.size());
    all.addAll(keys);
    all.addAll(List.of(arguments));
    return RedisWire.Call.of(how, all.toArray());
  }

  static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
