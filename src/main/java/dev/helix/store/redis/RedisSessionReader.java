package dev.helix.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import dev.helix.session.SessionStore.Reading;
import dev.helix.store.MessageArray;
import dev.helix.store.ShownSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/** What can be seen of sessions in Redis, without changing any. Thread-safe. */
final class RedisSessionReader {
  static final int SECRET_BYTES = 32;
  private static final int ELEMENTS_AT_ONCE = 256;

  private final RedisAccess redis;
  private final RedisOrder order;

  RedisSessionReader(RedisAccess redis, RedisOrder order) {
    this.redis = redis;
    this.order = order;
  }

  /** The owners' secret, where there is one. */
  Optional<byte[]> ownerSecret() {
    String key = RedisKeys.OWNER_SECRET;
    byte[] secret = (byte[]) redis.with(key, wire -> wire.call(Command.GET, key));
    if (secret != null && secret.length != SECRET_BYTES) {
      throw new SessionException(
          key + " in Redis is damaged. Without it no owner finds their sessions: restore it");
    }
    return Optional.ofNullable(secret);
  }

  Optional<SessionState> find(SessionId id) {
    return RedisRow.find(redis, id).map(RedisRow::state);
  }

  Reading read(SessionId id, LogVersion since) {
    List<Message> elements = new ArrayList<>();
    String epoch = since.epoch();
    long next = since.length();
    boolean fromStart = false;
    while (true) {
      Part part = part(id, next, ELEMENTS_AT_ONCE);
      if (part.epoch() == null) {
        return Reading.NOTHING;
      }
      boolean goesOn = part.epoch().equals(epoch) && next <= part.length();
      if (!goesOn) {
        elements.clear();
        epoch = part.epoch();
        fromStart = true;
      }
      if (goesOn || next == 0) {
        elements.addAll(part.elements());
        next += part.elements().size();
        if (next >= part.length()) {
          return new Reading(part.state(), new LogVersion(epoch, next), fromStart, elements);
        }
      } else {
        next = 0;
      }
    }
  }

  /**
   * A piece of a log as of one moment.
   *
   * @param state the session's, null where there is none
   * @param epoch of the log, null where there is none
   * @param length of the whole log
   * @param elements what is there from the place that was asked for
   */
  private record Part(SessionState state, String epoch, long length, List<Message> elements) {}

  private Part part(SessionId id, long from, int most) {
    List<String> keys = List.of(RedisKeys.state(id), RedisKeys.log(id));
    List<?> reply = (List<?>) redis.run(RedisScript.READ, keys, from, from + most - 1);
    if (reply == null) {
      return new Part(null, null, 0, List.of());
    }
    List<Message> elements = new ArrayList<>();
    for (Object element : (List<?>) reply.get(2)) {
      elements.add(message(id, from + elements.size(), (byte[]) element));
    }
    SessionState state =
        RedisRow.state(id, RedisWire.text(reply.get(3)), RedisWire.text(reply.get(4)));
    return new Part(state, RedisWire.text(reply.get(0)), (Long) reply.get(1), elements);
  }

  private static Message message(SessionId id, long number, byte[] json) {
    try {
      return Message.parse(json);
    } catch (IllegalArgumentException e) {
      throw new SessionException("message " + number + " of session " + id + " is unreadable", e);
    }
  }

  Optional<String> note(SessionId id, String name) {
    String files = RedisKeys.files(id);
    Object note = redis.with(files, wire -> wire.call(Command.HGET, files, notePath(name)));
    return note == null ? Optional.empty() : Optional.of(new String((byte[]) note, UTF_8));
  }

  static String notePath(String name) {
    return "context/" + name + ".md";
  }

  List<SessionState> list(Position after, int limit) {
    return order.list(after, limit);
  }

  /**
   * A session as of one moment.
   *
   * @param state its state
   * @param epoch of its log
   * @param revision a counter that every change raises
   * @param json {@code status.json}, whose time of last use may be an earlier one
   * @param messages the log's elements
   * @param files the other files: paths and contents in turn
   */
  record Shown(
      SessionState state,
      String epoch,
      String revision,
      String json,
      List<Message> messages,
      List<?> files) {
    void to(SessionFiles.Visitor visitor) throws IOException {
      visitor.file(ShownSession.STATUS, RedisRow.status(state, json));
      visitor.file(ShownSession.MESSAGES, MessageArray.of(messages));
      for (int i = 0; i < files.size(); i += 2) {
        visitor.file(new String((byte[]) files.get(i), UTF_8), (byte[]) files.get(i + 1));
      }
      visitor.end();
    }
  }

  Optional<Shown> show(SessionId id) {
    List<String> keys = List.of(RedisKeys.state(id), RedisKeys.log(id), RedisKeys.files(id));
    while (true) {
      List<?> reply = (List<?>) redis.run(RedisScript.SHOW, keys);
      if (reply == null) {
        return Optional.empty();
      }
      String epoch = RedisWire.text(reply.get(2));
      Optional<List<Message>> messages = first(id, epoch, (Long) reply.get(4));
      if (messages.isPresent()) {
        String json = new String((byte[]) reply.get(0), UTF_8);
        SessionState state = RedisRow.state(id, json, RedisWire.text(reply.get(1)));
        return Optional.of(
            new Shown(
                state,
                epoch,
                RedisWire.text(reply.get(3)),
                json,
                messages.get(),
                (List<?>) reply.get(5)));
      }
    }
  }

  /** The first so many elements; empty where the log is not of this epoch any more. */
  private Optional<List<Message>> first(SessionId id, String epoch, long length) {
    List<Message> messages = new ArrayList<>();
    while (messages.size() < length) {
      int most = (int) Math.min(length - messages.size(), ELEMENTS_AT_ONCE);
      Part part = part(id, messages.size(), most);
      if (!epoch.equals(part.epoch())) {
        return Optional.empty();
      }
      messages.addAll(part.elements());
    }
    return Optional.of(messages);
  }

  boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    Optional<Shown> shown = show(id);
    if (shown.isPresent()) {
      shown.get().to(visitor);
    }
    return shown.isPresent();
  }
}
