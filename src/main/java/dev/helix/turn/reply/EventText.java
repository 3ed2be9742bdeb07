package dev.helix.turn.reply;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/**
 * One server-sent event as text. Immutable.
 *
 * @param name what its {@code event} field says; empty where there is none
 * @param data its data, lines joined by a line feed
 * @param says whether it has a field {@code error}, whose value is data then
 */
record EventText(String name, String data, boolean says) {

  /** The first event that has data, or that is an error; null where there is none. */
  static EventText firstIn(String text) {
    String name = "";
    StringBuilder data = null;
    boolean says = false;
    for (String each : text.lines().toList()) {
      String line = each.startsWith("\uFEFF") ? each.substring(1) : each;
      if (line.isEmpty() && (data != null || name.equals("error"))) {
        break;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1).strip();
      switch (field) {
        case "event" -> name = value;
        case "data", "error" -> {
          says |= field.equals("error");
          data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
        }
        default -> {}
      }
    }
    return data == null && !name.equals("error")
        ? null
        : new EventText(name, data == null ? "" : data.toString(), says);
  }

  private byte[] bytes() {
    return data.getBytes(StandardCharsets.UTF_8);
  }

  boolean isError() {
    if (says || name.equals("error")) {
      return true;
    }
    JsonNode json = ReplyError.json(bytes());
    return json != null && ReplyError.isError(json);
  }

  /** The error that it tells of, with this status. */
  ReplyError error(int status) {
    JsonNode json = ReplyError.json(bytes());
    return json == null
        ? ReplyError.ofWords(status, ErrorWords.of(data.strip()))
        : ReplyError.of(status, json, bytes());
  }
}
