package dev.helix.openai.items;

import dev.helix.openai.request.JsonBytes;
import dev.helix.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a response was asked, as it is kept in its note, without what holds where nothing is said. A
 * long value, as tools and instructions are, stands apart under a name made of its hash: it is the
 * same in many responses of a session. Immutable.
 */
public final class AskedNote {
  /** A value that has more bytes of JSON is long. */
  private static final int LONG = 1024;

  private static final int NAME = 24;

  static final String ASKED = "asked";
  static final String SHARED = "shared";
  static final String APART = "apart";

  private final byte[] json;
  private final Map<String, String> apart;

  private AskedNote(byte[] json, Map<String, String> apart) {
    this.json = json;
    this.apart = Collections.unmodifiableMap(apart);
  }

  /** The note of these fields, in their order. */
  public static AskedNote of(Map<String, Object> all) {
    Map<String, Object> shared = new LinkedHashMap<>();
    Map<String, String> apart = new LinkedHashMap<>();
    JsonBytes json = new JsonBytes(256).raw("\"" + ASKED + "\":{");
    String before = "";
    for (Map.Entry<String, Object> field : all.entrySet()) {
      byte[] value = JsonBytes.of(field.getValue());
      if (value.length > LONG) {
        String name = HexFormat.of().formatHex(Sha256.of(value), 0, NAME);
        shared.put(field.getKey(), name);
        apart.put(name, new String(value, StandardCharsets.UTF_8));
      } else {
        json.raw(before).string(field.getKey()).raw(":").raw(value);
        before = ",";
      }
    }
    json.raw("}");
    if (!shared.isEmpty()) {
      json.raw(",\"" + SHARED + "\":").value(shared);
    }
    return new AskedNote(json.toArray(), apart);
  }

  /** What a note says was asked, with those long values that it brings. */
  public static Map<String, Object> asked(Map<?, ?> note) {
    Map<String, Object> asked = new LinkedHashMap<>();
    if (note.get(ASKED) instanceof Map<?, ?> map) {
      map.forEach((name, value) -> asked.put((String) name, value));
    }
    Map<?, ?> apart = note.get(APART) instanceof Map<?, ?> map ? map : Map.of();
    if (note.get(SHARED) instanceof Map<?, ?> shared) {
      shared.forEach(
          (name, value) -> {
            if (apart.containsKey(value)) {
              asked.put((String) name, apart.get(value));
            }
          });
    }
    return asked;
  }

  /** The fields {@code asked} and {@code shared} of the note, without braces; not to be changed. */
  public byte[] json() {
    return json;
  }

  /** The JSON of the long values, by their names. */
  public Map<String, String> apart() {
    return apart;
  }

  /** How many characters the long values have. */
  public long size() {
    return apart.values().stream().mapToLong(String::length).sum();
  }
}
