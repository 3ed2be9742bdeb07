package example;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a server answered.
 *
 * @param headers by their names in lower case
 */
record Answer(int status, Map<String, String> headers, String body) {
  /** Headers that the filter sets, that no two answers have alike, or that the body says too. */
  private static final List<String> UNCOMPARED =
      List.of("x-session-id", "x-conversation-id", "date", "connection", "content-length");

  static Answer of(String text) {
    int end = text.indexOf("\r\n\r\n");
    String[] lines = text.substring(0, end).split("\r\n");
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).strip());
    }
    return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, text.substring(end + 4));
  }

  /** What two answers have in common. */
  String compared() {
    // A server's own error page shows the way through the filters.
    if (headers.getOrDefault("content-type", "").contains("html")) {
      return status + " in HTML";
    }
    Map<String, String> some = new TreeMap<>(headers);
    some.keySet().removeAll(UNCOMPARED);
    return status + " " + some + " " + body;
  }
}
