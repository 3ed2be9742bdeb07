package dev.helix.scripted;

import java.util.List;

/**
 * A header line of a request or response as it came, read as Latin-1. Immutable.
 *
 * @param name in the sender's letter case
 * @param value without white space at its ends
 */
public record Header(String name, String value) {
  /** The values of all lines of that name, in order; names are compared without case. */
  static List<String> values(List<Header> headers, String name) {
    return headers.stream()
        .filter(h -> h.name().equalsIgnoreCase(name))
        .map(Header::value)
        .toList();
  }

  /** The first value of that name, or null. */
  static String first(List<Header> headers, String name) {
    List<String> values = values(headers, name);
    return values.isEmpty() ? null : values.get(0);
  }

  /** The lines {@code name: value} of a flat list of names and values, each ended by CRLF. */
  static String lines(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a header name without a value");
    }
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      lines.append(namesAndValues[i]).append(": ").append(namesAndValues[i + 1]).append("\r\n");
    }
    return lines.toString();
  }
}
