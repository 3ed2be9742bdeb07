package dev.helix.openai.responses;

import dev.helix.message.Message;
import dev.helix.message.MessageContent;
import dev.helix.openai.items.StoredOutput;
import dev.helix.openai.request.JsonBytes;
import dev.helix.transcript.Transcript;
import dev.helix.turn.TurnCall.BackendRequest;
import dev.helix.turn.TurnCall.ShrinkingRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request for a summary: where it is too long for the model, half as much of the conversation is
 * sent each time. The newest half of that is sent as it was said, and of each older message the
 * beginning, or, where there are too many for that, of the oldest rounds nothing. System messages
 * and the request for the summary are always whole, and calls keep their results. One for each turn
 * of the engine; not thread-safe.
 */
final class ShortenedRequest implements ShrinkingRequest {
  private static final int MOST_TRIES = 8;

  /** The characters of an older message that are worth sending. */
  private static final int LEAST = 40;

  private static final String CUT = " […]";

  private final ResponseRequest asked;
  private final BackendRequest whole;
  private final boolean reasoning;
  private List<Message> history;
  private Message system;
  private int tries;

  /**
   * The request.
   *
   * @param asked ends with the request for the summary
   * @param whole makes the body of which nothing is shortened
   * @param read the history where the engine reads none, and {@code first} the system message
   */
  ShortenedRequest(
      ResponseRequest asked,
      BackendRequest whole,
      List<Message> read,
      Message first,
      boolean reasoning) {
    this.asked = asked;
    this.whole = whole;
    this.history = read;
    this.system = first;
    this.reasoning = reasoning;
  }

  @Override
  public byte[] body(List<Message> stored, Message first) {
    history = stored.isEmpty() ? history : stored;
    system = first == null ? system : first;
    return whole.body(stored, first);
  }

  @Override
  public byte[] shorter() {
    if (tries == MOST_TRIES) {
      return null;
    }
    tries++;
    List<Message> own = asked.messages();
    List<Message> all = new ArrayList<>(history);
    all.addAll(own.subList(0, own.size() - 1));
    List<Message> kept = shortened(all, characters(all) >> tries);
    kept.add(own.get(own.size() - 1));
    return asked.bodyWith(List.of(), kept, system, reasoning);
  }

  private long characters(List<Message> messages) {
    return messages.stream().mapToLong(this::characters).sum();
  }

  /** System messages are sent anyway. */
  private long characters(Message message) {
    return message.isSystem() ? 0 : message.sentCharacters(reasoning);
  }

  /** The messages with so many characters at most, and those of system messages. */
  private List<Message> shortened(List<Message> all, long most) {
    int newest = all.size();
    long left = most;
    while (newest > 0 && left - characters(all.get(newest - 1)) >= most / 2) {
      left -= characters(all.get(--newest));
    }
    int from = Math.max(0, newest - (int) Math.min(newest, left / LEAST));
    while (from < all.size() && all.get(from).role().equals("tool")) {
      from++; // Its call is left out.
    }
    int each = (int) Math.max(LEAST, left / Math.max(1, newest - from));
    List<Message> kept = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Message message = all.get(i);
      boolean fits = i >= newest || characters(message) <= each;
      if (message.isSystem() || i >= from) {
        kept.add(message.isSystem() || fits ? message : beginning(message, each));
      }
    }
    return kept;
  }

  /** The beginning of what a message says. Of long calls only the names are left. */
  private static Message beginning(Message message, int characters) {
    String text = message.text();
    int end = Math.min(text.length(), characters);
    boolean splits =
        end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
    Map<String, Object> shorter = new LinkedHashMap<>();
    shorter.put("role", message.role());
    shorter.put("content", text.substring(0, splits ? end - 1 : end) + CUT);
    if (message.role().equals("tool")) {
      shorter.put("tool_call_id", MessageContent.toolCallId(message));
    } else if (Transcript.callsTools(message)) {
      shorter.put("tool_calls", calls(message, characters));
    }
    return Message.parse(JsonBytes.of(shorter));
  }

  private static List<Object> calls(Message message, int characters) {
    List<Object> calls = new ArrayList<>();
    int each = characters / MessageContent.toolCallIds(message).size();
    for (Object call : (List<?>) StoredOutput.json(message.wireJson()).get("tool_calls")) {
      boolean isFunction =
          call instanceof Map<?, ?> fields && fields.get("function") instanceof Map<?, ?>;
      calls.add(isFunction ? brief((Map<?, ?>) call, each) : call);
    }
    return calls;
  }

  private static Map<Object, Object> brief(Map<?, ?> call, int characters) {
    Map<Object, Object> function = new LinkedHashMap<>((Map<?, ?>) call.get("function"));
    if (String.valueOf(function.get("arguments")).length() > characters) {
      function.put("arguments", "{}");
    }
    Map<Object, Object> brief = new LinkedHashMap<>(call);
    brief.put("function", function);
    return brief;
  }
}
