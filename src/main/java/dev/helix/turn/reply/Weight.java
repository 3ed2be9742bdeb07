package dev.helix.turn.reply;

import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Collection;
import java.util.Map;

/**
 * What something that is read or kept of a reply takes of memory, and how much it may: the
 * characters of its texts, and for what holds them about as many bytes as it has on the heap. What
 * every answer has is free, so that of a usual one only the characters count. Not safe for use by
 * several threads.
 */
final class Weight {
  /** More choices, or calls of tools in one of them, are no answer. */
  static final int MOST_ENTRIES = 1024;

  static final int CONTAINER = 128;
  static final int FIELD = 96;
  static final int SLOT = 8;
  private static final int SCALAR = 64;

  /** What things may weigh before they count. */
  private static final int FREE = 4096;

  /** What may always be read at once: it is in memory for the moment only. */
  private static final long LEAST_READ = 1 << 20;

  private final long most;
  private long texts;
  private long things;
  private boolean over;

  private Weight(long most) {
    this.most = most;
  }

  /** The weight of what is kept, up to a limit in characters. */
  static Weight kept(long most) {
    return new Weight(most);
  }

  /** The weight of what is read at once, where so much is kept at most. */
  static Weight read(long most) {
    return new Weight(Math.max(most, LEAST_READ));
  }

  /** Adds characters of a text; false where it is too much. */
  boolean text(long characters) {
    texts += characters;
    return check();
  }

  /** The characters of the texts. */
  long texts() {
    return texts;
  }

  /** Adds what is no text, or takes it away where it is negative; false where it is too much. */
  boolean things(long weight) {
    things += weight;
    return check();
  }

  /** Adds a field of this name; false where it is too much. */
  boolean field(String name) {
    return things((long) FIELD + name.length());
  }

  /** Puts a value into a map whose other values have their weight; only its name is added. */
  void put(Map<String, Object> map, String name, Object value) {
    if (!map.containsKey(name)) {
      field(name);
    }
    map.put(name, value);
  }

  /** One scalar takes the place of another, which may be null. */
  void replace(Object before, Object now) {
    things(scalar(now) - scalar(before));
  }

  private boolean check() {
    // Once it was too much it is: something is missing.
    over |= texts + Math.max(0, things - FREE) > most;
    return !over;
  }

  /** It is begun again. */
  void clear() {
    texts = 0;
    things = 0;
    over = false;
  }

  /** There is more than may be, whatever it weighs. */
  void exceed() {
    over = true;
  }

  /** Whether there is more than may be. */
  boolean isOver() {
    return over;
  }

  /** What a text or number weighs; 0 for all else. */
  private static long scalar(Object value) {
    if (value instanceof CharSequence text) {
      return (long) SCALAR + text.length();
    }
    return value instanceof RawValue raw ? (long) SCALAR + raw.rawValue().toString().length() : 0;
  }

  /** What a value of {@link UpstreamJson} weighs with all that it has. */
  static long of(Object value) {
    long weight = scalar(value);
    if (value instanceof Map<?, ?> map) {
      weight = CONTAINER;
      for (Map.Entry<?, ?> field : map.entrySet()) {
        weight += FIELD + ((String) field.getKey()).length() + of(field.getValue());
      }
    } else if (value instanceof Collection<?> list) {
      weight = CONTAINER;
      for (Object each : list) {
        weight += SLOT + of(each);
      }
    }
    return weight;
  }
}
