package dev.helix.openai.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.http.InvalidRequestException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The fields of an object of a request, by their names; one that is null is absent. Not changed
 * once it is read.
 */
public final class JsonFields {
  private static final int NO_ELEMENT = -1;

  private final String parent;
  private final int index;
  private final Map<String, JsonSlice> values = new LinkedHashMap<>();

  private JsonFields(String parent, int index) {
    this.parent = parent;
    this.index = index;
  }

  /** Those of a body. */
  public static JsonFields ofBody(byte[] utf8) throws InvalidRequestException {
    JsonFields fields = new JsonFields("", NO_ELEMENT);
    RequestJson.eachField(
        utf8,
        parser -> {
          String name = parser.currentName();
          parser.nextToken();
          fields.add(name, JsonSlice.read(parser, utf8, 0));
        });
    return fields;
  }

  /**
   * Those of an object at whose first token the parser stands, which is moved to its last.
   *
   * @param parent what the object is called, or the array of which it is an element
   */
  static JsonFields read(JsonParser parser, byte[] bytes, int base, String parent, int index)
      throws IOException, InvalidRequestException {
    JsonFields fields = new JsonFields(parent, index);
    FieldNames names = new FieldNames();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      names.add(name);
      parser.nextToken();
      fields.add(name, JsonSlice.read(parser, bytes, base));
    }
    return fields;
  }

  private static JsonFields of(JsonSlice object, String place) throws InvalidRequestException {
    try (JsonParser parser = object.parser()) {
      parser.nextToken();
      return read(parser, object.bytes(), object.from(), place, NO_ELEMENT);
    } catch (IOException e) {
      throw RequestJson.unreadable(e);
    }
  }

  private void add(String name, JsonSlice value) {
    if (value.token() != JsonToken.VALUE_NULL) {
      values.put(name, value);
    }
  }

  /** The names of those that are there, in their order. */
  public Set<String> names() {
    return values.keySet();
  }

  /** A value of any type; null where it is absent. */
  public JsonSlice get(String name) {
    return values.get(name);
  }

  /** What a field of this object is called. */
  public String place(String name) {
    if (parent.isEmpty()) {
      return name;
    }
    return parent + (index == NO_ELEMENT ? "" : "[" + index + "]") + "." + name;
  }

  /** A value of any type, which must be there. */
  public JsonSlice need(String name) throws InvalidRequestException {
    JsonSlice value = values.get(name);
    if (value == null) {
      throw InvalidField.missing(place(name));
    }
    return value;
  }

  /** A string; null where it is absent. */
  public JsonSlice string(String name) throws InvalidRequestException {
    JsonSlice value = values.get(name);
    if (value != null && !value.isString()) {
      throw InvalidField.wrongType(place(name), "a string");
    }
    return value;
  }

  /** A string, which must be there. */
  public JsonSlice needString(String name) throws InvalidRequestException {
    need(name);
    return string(name);
  }

  /** What a string says; null where it is absent. */
  public String text(String name) throws InvalidRequestException {
    JsonSlice value = string(name);
    return value == null ? null : value.text();
  }

  /** What a string says, which must be there. */
  public String needText(String name) throws InvalidRequestException {
    return needString(name).text();
  }

  /** An object; null where it is absent. */
  public JsonSlice object(String name) throws InvalidRequestException {
    JsonSlice value = values.get(name);
    if (value != null && !value.isObject()) {
      throw InvalidField.wrongType(place(name), "an object");
    }
    return value;
  }

  /** The fields of an object; null where it is absent. */
  public JsonFields fields(String name) throws InvalidRequestException {
    JsonSlice value = object(name);
    return value == null ? null : of(value, place(name));
  }

  /** A number; null where it is absent. */
  public BigDecimal number(String name) throws InvalidRequestException {
    JsonSlice value = values.get(name);
    if (value != null && !value.token().isNumeric()) {
      throw InvalidField.wrongType(place(name), "a number");
    }
    return decimal(value);
  }

  /** A whole number; null where it is absent. */
  public BigDecimal integer(String name) throws InvalidRequestException {
    JsonSlice value = values.get(name);
    if (value != null && value.token() != JsonToken.VALUE_NUMBER_INT) {
      throw InvalidField.wrongType(place(name), "a whole number");
    }
    return decimal(value);
  }

  private static BigDecimal decimal(JsonSlice number) throws InvalidRequestException {
    if (number == null) {
      return null;
    }
    try (JsonParser parser = number.parser()) {
      parser.nextToken();
      return parser.getDecimalValue();
    } catch (IOException e) {
      throw RequestJson.unreadable(e);
    }
  }

  /** A flag in any of its forms; {@code absent} where it is not there. */
  public boolean flag(String name, boolean absent) throws InvalidRequestException {
    JsonSlice value = values.get(name);
    if (value == null) {
      return absent;
    }
    try (JsonParser parser = value.parser()) {
      parser.nextToken();
      return RequestJson.flag(parser, place(name));
    } catch (IOException e) {
      throw RequestJson.unreadable(e);
    }
  }
}
