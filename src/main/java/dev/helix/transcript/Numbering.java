package dev.helix.transcript;

import dev.helix.message.ElementFields;
import dev.helix.message.Message;

/**
 * Gives the elements of a log, one after the other, the places that they name, or, where they name
 * none, stable ones by their position. One for each log; not thread-safe.
 */
public final class Numbering {
  /** How the id begins of an element that has none of its own. */
  public static final String PREFIX = "element-";

  private long position;
  private String lastNode;

  /**
   * The element with an id and, unless it is the system's, a parent. An element without either
   * follows the one before it; a system message without an id counts as the leading one until there
   * is a message that it could follow.
   */
  public Message next(Message element) {
    ElementFields fields = element.element();
    String id = fields.id() == null ? PREFIX + position : fields.id();
    position++;
    boolean leading =
        element.isSystem() && (fields.id() == null ? lastNode == null : !fields.parentKnown());
    boolean whole = fields.id() != null && (leading || fields.parentKnown());
    Message placed =
        whole ? element : element.as(fields.placed(id, !leading, leading ? null : lastNode));
    if (!leading) {
      lastNode = id;
    }
    return placed;
  }
}
