package dev.helix.openai.items;

import dev.helix.message.Message;
import dev.helix.message.MessageReader;
import dev.helix.openai.request.JsonRope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes chat messages of input items. Calls that follow one another are one message, with the text
 * just before them, and their results come directly behind it, as chat servers want both. One for
 * each input.
 */
public final class InputMessages {
  private static final String ASSISTANT = "assistant";

  /** A message with what follows it directly. */
  private static final class Entry {
    private final String role;
    private JsonRope content;
    private JsonRope beside;
    private final List<JsonRope> thoughts = new ArrayList<>();
    private final List<JsonRope> calls = new ArrayList<>();
    private final List<InputItem> results = new ArrayList<>();

    /** Whether an output came behind it, so that no call joins it. */
    private boolean closed;

    Entry(String role) {
      this.role = role;
    }

    /** Whether it is a role and a content and no more. */
    boolean isPlain() {
      return content != null && beside == null && thoughts.isEmpty() && calls.isEmpty();
    }
  }

  /** What comes first: results of calls that are stored. */
  private final Entry stored = new Entry(null);

  private final List<Entry> entries = new ArrayList<>();

  /** The entries with calls that wait for their results, the earliest first. */
  private final Map<String, Deque<Entry>> waiting = new HashMap<>();

  private final List<InputItem> outputs = new ArrayList<>();
  private final List<JsonRope> thoughts = new ArrayList<>();
  private final List<Message> messages = new ArrayList<>();

  private InputMessages() {}

  /** The messages; references must have been resolved. */
  public static List<Message> of(List<InputItem> items) {
    InputMessages input = new InputMessages();
    items.forEach(input::take);
    input.outputs.forEach(input::answer);
    input.results(input.stored);
    input.entries.forEach(input::write);
    return List.copyOf(input.messages);
  }

  private void take(InputItem item) {
    switch (item.kind()) {
      case MESSAGE -> {
        Entry entry = add(item.role());
        entry.content = item.json();
        entry.beside = item.beside();
      }
      case CALL -> {
        Entry last = last();
        boolean joins = last != null && last.role.equals(ASSISTANT) && !last.closed;
        Entry entry = joins ? last : add(ASSISTANT);
        entry.thoughts.addAll(thoughts);
        thoughts.clear();
        entry.calls.add(item.json());
        waiting.computeIfAbsent(item.callId(), any -> new ArrayDeque<>(1)).add(entry);
      }
      case OUTPUT -> {
        if (last() != null) {
          last().closed = true;
        }
        outputs.add(item);
      }
      case REASONING -> {
        if (item.json() != null) {
          thoughts.add(item.json());
        }
      }
      case REFERENCE -> throw new IllegalStateException("a reference that was not resolved");
    }
  }

  private Entry last() {
    return entries.isEmpty() ? null : entries.get(entries.size() - 1);
  }

  /** Puts an output behind its call, the earliest of this id that has none. */
  private void answer(InputItem output) {
    Deque<Entry> callers = waiting.get(output.callId());
    Entry caller = callers == null ? null : callers.poll();
    (caller == null ? stored : caller).results.add(output);
  }

  private Entry add(String role) {
    Entry entry = new Entry(role);
    if (role.equals(ASSISTANT)) {
      entry.thoughts.addAll(thoughts);
    }
    thoughts.clear(); // What was thought before somebody else spoke is of no answer.
    entries.add(entry);
    return entry;
  }

  private void write(Entry entry) {
    if (entry.isPlain()) {
      messages.add(plain(entry.role, entry.content));
      return;
    }
    JsonRope message = begin(entry.role);
    if (entry.content == null) {
      message.ascii("null");
    } else {
      message.add(entry.content);
    }
    if (!entry.thoughts.isEmpty()) {
      message.ascii(",\"reasoning_content\":\"");
      for (int i = 0; i < entry.thoughts.size(); i++) {
        message.ascii(i == 0 ? "" : "\\n").add(entry.thoughts.get(i));
      }
      message.ascii("\"");
    }
    for (int i = 0; i < entry.calls.size(); i++) {
      message.ascii(i == 0 ? ",\"tool_calls\":[" : ",").add(entry.calls.get(i));
    }
    message.ascii(entry.calls.isEmpty() ? "" : "]");
    if (entry.beside != null) {
      message.ascii(",").add(entry.beside);
    }
    end(message);
    results(entry);
  }

  /** Results, and behind all of them what is no text in them, which only a user may send. */
  private void results(Entry entry) {
    JsonRope media = new JsonRope();
    for (InputItem result : entry.results) {
      end(begin("tool").add(result.json()).ascii(",\"tool_call_id\":").quote(result.callId()));
      if (result.beside() != null) {
        media.ascii(media.isEmpty() ? "[" : ",").add(result.beside());
      }
    }
    if (!media.isEmpty()) {
      end(begin("user").add(media).ascii("]"));
    }
  }

  /** A message of a role and a content; where that is a text it is not read again. */
  private static Message plain(String role, JsonRope content) {
    JsonRope message = begin(role);
    int start = message.length();
    byte[] json = message.add(content).ascii("}").toBytes();
    return json[start] == '"'
        ? Message.ofRequest(json, 0, json.length, MessageReader.ofText(role, start + 1))
        : Message.parse(json);
  }

  private static JsonRope begin(String role) {
    return new JsonRope().ascii("{\"role\":\"" + role + "\",\"content\":");
  }

  private void end(JsonRope message) {
    messages.add(Message.parse(message.ascii("}").toBytes()));
  }
}
