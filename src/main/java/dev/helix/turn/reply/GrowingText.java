package dev.helix.turn.reply;

import java.util.List;

/**
 * How far a text has been taken that grows, be it one or the parts of a list. No half of a
 * character is taken before the other half is there. Not safe for use by several threads.
 */
public final class GrowingText {
  private int part;
  private int at;

  /**
   * Takes what came since; "" for nothing.
   *
   * @param value the text, or its parts, so far
   * @param last whether no more will come
   */
  public String take(Object value, AnswerTexts.Place place, boolean last) {
    if (value instanceof CharSequence text) {
      return part == 0 ? take(text, last) : "";
    }
    if (!(value instanceof List<?> parts) || parts.isEmpty()) {
      return "";
    }
    String more = take(place.of(parts.get(part)), last || part + 1 < parts.size());
    if (part + 1 == parts.size()) {
      return more;
    }
    StringBuilder all = new StringBuilder(more);
    while (part + 1 < parts.size()) {
      part++;
      at = 0;
      all.append(take(place.of(parts.get(part)), last || part + 1 < parts.size()));
    }
    return all.toString();
  }

  private String take(CharSequence text, boolean last) {
    int end = text.length();
    if (!last && end > at && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    if (end <= at) {
      return "";
    }
    String more = text.subSequence(at, end).toString();
    at = end;
    return more;
  }
}
