package dev.helix.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.Erasing;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.ValueNames;
import dev.helix.store.LogPieces.Piece;
import dev.helix.text.Json;
import dev.helix.transcript.Numbering;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What becomes of a session when elements of its log are erased: of the elements, of its state, and
 * of its other files. It is shown all of the log first, in its order. One for each look at a log;
 * not thread-safe.
 */
public final class Erasure {
  /** As elements are written, of which a damaged one may tell no more than this. */
  private static final Pattern PLACE =
      Pattern.compile("\"id\":\"([^\"\\\\]+)\",\"parent_id\":(\"[^\"\\\\]+\"|null)");

  private static final Pattern ROLE = Pattern.compile("\"role\":\"([a-z]+)\"");
  private static final Pattern MESSAGES_ASIDE = Pattern.compile("context/messages\\.[^/]+-[^/]+");
  private static final Pattern STATUS_ASIDE = Pattern.compile("status\\.[^/]+-[^/]+");

  /** So much of a request tells it in what is damaged. */
  private static final int TELLING = 40;

  private final Set<String> ids;
  private final Map<String, Message> rests;
  private final byte[] status;
  private final SessionState state;
  private final String request;
  private final Numbering numbering = new Numbering();
  private final Set<String> there = new HashSet<>();

  /** The long values of the responses that stay: each is more than a KiB in the store. */
  private final Set<String> values = new HashSet<>();

  private boolean changes;
  private boolean ofRequest;

  /**
   * An erasure that has seen nothing yet.
   *
   * @param status what {@code status.json} says
   * @throws IllegalArgumentException if that is no state
   */
  public Erasure(SessionId id, Erasing erasing, byte[] status) {
    this.ids = erasing.ids();
    this.rests = erasing.rests();
    this.status = status;
    this.state = SessionState.parse(id, status);
    this.request = SessionState.wholeRequest(status);
  }

  /** What becomes of the next element: its rest, or a tombstone; null where it stays as it is. */
  public byte[] next(Message element) {
    Message numbered = numbering.next(element);
    if (!ids.contains(numbered.id())) {
      keepValues(element);
      return null;
    }
    there.add(numbered.id());
    if (element.isErased()) {
      return null;
    }
    changes = true;
    Message rest = rests.get(numbered.id());
    if (rest != null) {
      keepValues(rest);
      return rest.as(numbered.element().with(rest.element())).elementJson();
    }
    ofRequest |= element.role().equals("user") && isRequest(element.text());
    return numbered.tombstone().elementJson();
  }

  private void keepValues(Message stays) {
    if (stays.element().isResponse()) {
      values.addAll(ValueNames.of(stays.element().response()).all());
    }
  }

  private boolean isRequest(String text) {
    return request != null
        && !request.isEmpty()
        && (text.strip().equals(request.strip()) || state.isOfRequest(text));
  }

  /**
   * What becomes of bytes that are damaged, or of which only some are elements; null where they
   * stay as they are. An element goes as far as it is whole, else to where the next one begins.
   */
  public byte[] damaged(byte[] bytes) {
    String text = new String(bytes, ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Matcher place = PLACE.matcher(text);
    int kept = 0;
    for (boolean found = place.find(); found; ) {
      String id = new String(place.group(1).getBytes(ISO_8859_1), UTF_8);
      int from = begin(text, place.start());
      String fields = place.group();
      found = place.find();
      if (from >= kept && ids.contains(id)) {
        there.add(id);
        int to = end(bytes, from, found ? begin(text, place.start()) : bytes.length);
        String element = text.substring(from, to);
        if (!element.contains("\"erased\":true")) {
          changes = true;
          ofRequest |= tellsRequest(element);
          out.write(bytes, kept, from - kept);
          out.writeBytes(damagedTombstone(fields, element));
          kept = to;
        }
      }
    }
    out.write(bytes, kept, bytes.length - kept);
    return kept == 0 ? null : out.toByteArray();
  }

  /** The same of an element of the log: what it may refer to stays. */
  public byte[] damagedElement(byte[] bytes) {
    byte[] changed = damaged(bytes);
    values.addAll(ValueNames.in(new String(changed == null ? bytes : changed, ISO_8859_1)));
    return changed;
  }

  private static int begin(String text, int place) {
    return place > 0 && text.charAt(place - 1) == '{' ? place - 1 : place;
  }

  /** Where an element ends that has no more than these bytes, without the comma behind it. */
  private static int end(byte[] bytes, int from, int most) {
    int whole = ArrayScan.endOfObject(bytes, from);
    if (whole >= 0) {
      return whole;
    }
    int end = most;
    while (end > from && (bytes[end - 1] <= ' ' || bytes[end - 1] == ',')) {
      end--;
    }
    return end;
  }

  private static byte[] damagedTombstone(String place, String element) {
    Matcher role = ROLE.matcher(element);
    String of = role.find() ? role.group(1) : "user";
    String json = "{" + place + ",\"erased\":true,\"role\":\"" + of + "\",\"content\":\"\"}";
    return json.getBytes(ISO_8859_1);
  }

  private boolean tellsRequest(String element) {
    if (request == null || request.isEmpty()) {
      return false;
    }
    int end =
        request.offsetByCodePoints(
            0, Math.min(TELLING, request.codePointCount(0, request.length())));
    String quoted = Json.quote(request.substring(0, end));
    String bytes = new String(quoted.getBytes(UTF_8), ISO_8859_1);
    return element.contains(bytes.substring(1, bytes.length() - 1));
  }

  /**
   * Takes in a piece of a log.
   *
   * @param after how many elements stand before it
   * @param change is given the place, of which the first is 1, and the new bytes of each that
   *     changes
   */
  public void take(Piece piece, long after, BiConsumer<Long, byte[]> change) {
    int readable = 0;
    for (long number = after + 1; number <= after + piece.rows(); number++) {
      byte[] damaged = piece.damaged().get(number);
      byte[] changed =
          damaged != null ? damagedElement(damaged) : next(piece.elements().get(readable++));
      if (changed != null) {
        change.accept(number, changed);
      }
    }
  }

  /** Those that are in the log. */
  public Set<String> there() {
    return Set.copyOf(there);
  }

  /** Whether anything of the log changes. */
  public boolean changes() {
    return changes;
  }

  /** Whether the original request is erased too. */
  public boolean isOfRequest() {
    return ofRequest;
  }

  /** What {@code status.json} says then. */
  public byte[] status() {
    return ofRequest ? SessionState.withoutRequest(status) : status;
  }

  /** Whether a file that is kept beside the log may hold what is erased. */
  public boolean concerns(String path) {
    return isOfNobody(path)
        || MESSAGES_ASIDE.matcher(path).matches()
        || (ofRequest && (path.equals(RequestFile.PATH) || STATUS_ASIDE.matcher(path).matches()));
  }

  /** Whether it is a long value that no response has any more. */
  private boolean isOfNobody(String path) {
    String name = ValueNames.ofFile(path);
    return changes && name != null && !values.contains(name);
  }

  /** What becomes of such a file, when all of the log was seen; null where it stays as it is. */
  public byte[] file(String path, byte[] content) {
    if (isOfNobody(path)) {
      return content.length == 0 ? null : new byte[0];
    }
    if (path.equals(RequestFile.PATH)) {
      return RequestFile.HEAD.getBytes(UTF_8);
    }
    if (!MESSAGES_ASIDE.matcher(path).matches()) {
      return new byte[0]; // An unreadable state does not tell where the request is in it.
    }
    Set<String> inLog = there();
    byte[] changed = damaged(content);
    there.retainAll(inLog);
    return changed;
  }
}
