package dev.helix.session;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the note of a response says of its long values, which stand apart from it: the names of
 * those that it has, and of those that it brings along. Immutable. ADR 80.
 */
public record ValueNames(Set<String> all, Set<String> brought) {
  /** Which names the values of fields have. */
  static final String SHARED = "shared";

  /** Values by their names. */
  static final String APART = "apart";

  private static final String PREFIX = "response-";
  private static final String NAME = "[0-9a-f]{48}";
  private static final Pattern IS_NAME = Pattern.compile(NAME);
  private static final Pattern IS_FILE =
      Pattern.compile("context/" + PREFIX + "(" + NAME + ")\\.md");

  public ValueNames {
    all = Set.copyOf(all);
    brought = Set.copyOf(brought);
  }

  /** What a note says. */
  public static ValueNames of(String note) {
    Map<String, Set<String>> read = new HashMap<>();
    try (JsonParser parser = Json.FACTORY.createParser(note)) {
      JsonToken unused = parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value == JsonToken.START_OBJECT && (field.equals(SHARED) || field.equals(APART))) {
          read.put(field, names(parser, field.equals(SHARED)));
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("the note of a response is no JSON any more", e);
    }
    return new ValueNames(read.getOrDefault(SHARED, Set.of()), read.getOrDefault(APART, Set.of()));
  }

  /** The keys of an object, or its texts that can be such names. */
  private static Set<String> names(JsonParser parser, boolean texts) throws IOException {
    Set<String> names = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!texts) {
        names.add(key);
      } else if (value == JsonToken.VALUE_STRING && isName(parser.getText())) {
        names.add(parser.getText());
      }
      parser.skipChildren();
    }
    return names;
  }

  /** Whether a value may have this name. */
  static boolean isName(String text) {
    return IS_NAME.matcher(text).matches();
  }

  /** The name of the session's note that a value is. */
  static String note(String name) {
    return PREFIX + name;
  }

  /** The name of the value that a session's file is; null where it is none. */
  public static String ofFile(String path) {
    Matcher file = IS_FILE.matcher(path);
    return file.matches() ? file.group(1) : null;
  }

  /** All that could be names of values in a text that is damaged. */
  public static Set<String> in(String damaged) {
    Set<String> names = new HashSet<>();
    Matcher name = IS_NAME.matcher(damaged);
    while (name.find()) {
      names.add(name.group());
    }
    return names;
  }
}
