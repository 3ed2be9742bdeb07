package dev.helix.store;

import dev.helix.message.Message;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How the elements of a {@code messages.json} are written: one array, each on a line. No state. */
public final class MessageArray {
  /** What stands behind the last element. Not to be changed. */
  public static final byte[] CLOSE = "\n]\n".getBytes(StandardCharsets.UTF_8);

  private MessageArray() {}

  /** The whole array. */
  public static byte[] of(List<Message> elements) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write('[');
    write(out, elements, true);
    out.writeBytes(CLOSE);
    return out.toByteArray();
  }

  /** Writes elements behind others, or as the first of an array. */
  public static void write(ByteArrayOutputStream out, List<Message> elements, boolean first) {
    boolean leads = first;
    for (Message element : elements) {
      if (!leads) {
        out.write(',');
      }
      leads = false;
      out.write('\n');
      out.writeBytes(element.elementJson());
    }
  }
}
