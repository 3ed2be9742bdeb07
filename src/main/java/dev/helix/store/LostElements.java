package dev.helix.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.helix.message.Message;
import dev.helix.transcript.Numbering;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Elements of a log that are damaged, and how the others hang together without them: what hung
 * below one of them hangs where it hung itself, as far as its bytes still tell, else below what was
 * recorded before. Not thread-safe.
 */
public final class LostElements {
  /** As elements are written, but for what stands in the place of a damaged byte. */
  private static final Pattern PLACE =
      Pattern.compile("\"id\":\"([^\"\\\\]+)\",\"parent_id\":(?:\"([^\"\\\\]+)\"|null)");

  private static final String ROOT = "";

  private final Map<String, String> parents = new HashMap<>();
  private int count;

  /** An element is damaged. */
  public void add(byte[] bytes, int from, int to) {
    count++;
    Matcher place = PLACE.matcher(new String(bytes, from, to - from, ISO_8859_1));
    while (place.find()) {
      parents.putIfAbsent(place.group(1), place.group(2) == null ? ROOT : place.group(2));
    }
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** All elements of a log but these, each with a parent that is among them. */
  public List<Message> bridged(List<Message> elements) {
    if (isEmpty()) {
      return elements;
    }
    Numbering numbering = new Numbering();
    List<Message> numbered = new ArrayList<>();
    elements.forEach(element -> numbered.add(numbering.next(element)));
    Set<String> there = new HashSet<>();
    for (Message element : numbered) {
      if (element.element().parentKnown()) {
        there.add(element.id());
      }
    }
    List<Message> bridged = new ArrayList<>();
    String before = ROOT;
    for (int i = 0; i < numbered.size(); i++) {
      Message element = numbered.get(i);
      boolean isNode = element.element().parentKnown();
      String parent = element.parentId();
      if (!isNode || parent == null || there.contains(parent)) {
        bridged.add(elements.get(i));
      } else {
        String next = parent(parent, there, before);
        parents.put(parent, next); // The same for all that hung below it.
        bridged.add(
            element.as(
                element.element().placed(element.id(), true, next.equals(ROOT) ? null : next)));
      }
      before = isNode ? element.id() : before;
    }
    return bridged;
  }

  /** The nearest that is there above one that is not. */
  private String parent(String lost, Set<String> there, String before) {
    Set<String> passed = new HashSet<>();
    String at = lost;
    while (at != null && !at.equals(ROOT) && !there.contains(at)) {
      at = passed.add(at) ? parents.get(at) : null;
    }
    return at == null ? before : at;
  }
}
