package dev.helix.store.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * A connection while one caller has it. Replies are as Redis gives them: {@code byte[]}, {@code
 * Long}, {@code List} or null. Not thread-safe.
 *
 * @param asking whether the slot is just moving to this node, which answers only when asked to
 */
record RedisWire(Connection connection, boolean asking) {
  /** A command and its arguments, each of them bytes or what its text says. */
  record Call(Command command, List<byte[]> arguments) {
    static Call of(Command command, Object... arguments) {
      List<byte[]> bytes = new ArrayList<>();
      for (Object argument : arguments) {
        bytes.add(argument instanceof byte[] given ? given : ("" + argument).getBytes(UTF_8));
      }
      return new Call(command, bytes);
    }
  }

  /** Sends commands all at once and returns their replies; the first that failed is thrown. */
  List<Object> all(List<Call> calls) {
    boolean allRead = false;
    try {
      for (Call call : calls) {
        if (asking) {
          connection.sendCommand(Command.ASKING);
        }
        connection.sendCommand(call.command(), call.arguments().toArray(byte[][]::new));
      }
      List<Object> replies = new ArrayList<>();
      JedisDataException failure = null;
      for (int i = 0; i < (asking ? 2 : 1) * calls.size(); i++) {
        try {
          Object reply = connection.getOne();
          if (!asking || i % 2 == 1) {
            replies.add(reply);
          }
        } catch (JedisDataException e) {
          failure = failure == null ? e : failure;
        }
      }
      allRead = true;
      if (failure != null) {
        throw failure;
      }
      return replies;
    } finally {
      if (!allRead) {
        // What is left on it, also by an error of the machine, would be the next caller's reply.
        connection.setBroken();
      }
    }
  }

  Object call(Command command, Object... arguments) {
    return one(Call.of(command, arguments));
  }

  /** Sends a command and returns its reply. */
  Object one(Call call) {
    return all(List.of(call)).get(0);
  }

  /** Runs a script, which is sent along where Redis does not know it (any more). */
  Object run(RedisScript script, List<String> keys, Object... arguments) {
    List<Object> all = new ArrayList<>();
    all.add(script.digest);
    all.add(keys.size());
    all.addAll(keys);
    all.addAll(List.of(arguments));
    try {
      return call(Command.EVALSHA, all.toArray());
    } catch (JedisNoScriptException e) {
      all.set(0, script.source);
      return call(Command.EVAL, all.toArray());
    }
  }

  static String text(Object reply) {
    return reply == null ? null : new String((byte[]) reply, US_ASCII);
  }
}
