package dev.helix.openai.request;

/**
 * The content of a chat message that is put together of parts. Texts that follow one another are
 * one, as some servers know no parts. Not thread-safe while it is added to.
 */
public final class ChatContent {
  private final String between;

  /** Whether all texts are one, apart from the parts that are none. */
  private final boolean apart;

  /** The texts since the last part that is none, without quotes. */
  private JsonRope texts = new JsonRope();

  private boolean speaks;
  private final JsonRope parts = new JsonRope();

  /**
   * Nothing yet.
   *
   * @param between what stands between two texts, as a JSON string has it
   * @param apart whether texts and other parts are asked for apart
   */
  public ChatContent(String between, boolean apart) {
    this.between = between;
    this.apart = apart;
  }

  /** Adds a text that is a JSON string. */
  public void text(JsonSlice text) {
    texts.ascii(speaks ? between : "").inner(text);
    speaks = true;
  }

  /** Adds a part that is no text. */
  public void media(JsonRope part) {
    if (speaks && !apart) {
      separate().add(textPart());
      texts = new JsonRope();
      speaks = false;
    }
    separate().add(part);
  }

  private JsonRope separate() {
    return parts.isEmpty() ? parts : parts.ascii(",");
  }

  private JsonRope textPart() {
    return new JsonRope().ascii("{\"type\":\"text\",\"text\":").add(text()).ascii("}");
  }

  /** Whether there is a text, be it empty. */
  public boolean speaks() {
    return speaks;
  }

  /** Whether nothing was added. */
  public boolean isEmpty() {
    return !speaks && parts.isEmpty();
  }

  /** All of it: a string, or parts where not all of it is text. */
  public JsonRope whole() {
    if (parts.isEmpty()) {
      return text();
    }
    JsonRope all = new JsonRope().ascii("[").add(parts);
    return speaks ? all.ascii(",").add(textPart()).ascii("]") : all.ascii("]");
  }

  /** The texts in one string. */
  public JsonRope text() {
    return new JsonRope().ascii("\"").add(texts).ascii("\"");
  }

  /** The texts in one string, without its quotes. */
  public JsonRope innerText() {
    return texts;
  }

  /** The parts that are no texts, with commas between them; null where there are none. */
  public JsonRope media() {
    return parts.isEmpty() ? null : parts;
  }
}
