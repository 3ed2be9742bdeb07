package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What clients, upstreams and other programs may say in a session, at random. */
final class RandomSayings {
  private static final int ANY = Integer.MAX_VALUE;
  private static final List<SentHistory> LIMITS =
      List.of(
          SentHistory.ofMessages(1),
          SentHistory.ofMessages(2),
          SentHistory.ofMessages(3),
          SentHistory.ofMessages(4),
          new SentHistory(ANY, Long.MAX_VALUE, 600, false),
          SentHistory.ofMessages(6),
          SentHistory.ofMessages(9),
          new SentHistory(ANY, 1, false),
          new SentHistory(ANY, 60, false),
          new SentHistory(ANY, 120, true),
          new SentHistory(6, 120, false),
          new SentHistory(4, 500, false),
          new SentHistory(ANY, 1000, false),
          SentHistory.ALL);
  private static final List<AnswerStatus> STATUSES = List.of(AnswerStatus.values());
  private static final List<String> ROLES =
      List.of("user", "user", "assistant", "assistant", "assistant", "tool", "system", "developer");
  private static final String TASK = "### Task:\\nSay so.\\n### Output:\\nJSON { }";

  private final Random random;
  private final SessionStore store;
  private final SessionId id;

  RandomSayings(Random random, SessionStore store, SessionId id) {
    this.random = random;
    this.store = store;
    this.id = id;
  }

  TurnRequest request() {
    List<Message> messages = new ArrayList<>();
    if (random.nextInt(5) == 0) {
      messages.add(message("system", "S" + random.nextInt(3)));
    }
    switch (random.nextInt(10)) {
      case 0 -> messages.addAll(someBranch());
      case 1 -> {
        messages.addAll(someBranch());
        messages.add(message("user", text()));
      }
      case 2 -> {
        messages.add(message("user", text()));
        messages.add(message("assistant", text()));
        messages.add(message("user", text()));
      }
      case 3 -> messages.add(result());
      case 4 -> {
        messages.add(result());
        messages.add(result());
      }
      default -> messages.add(message("user", text()));
    }
    HistoryMode mode = random.nextInt(6) == 0 ? HistoryMode.CLIENT : HistoryMode.STORED;
    MessageIds ids =
        random.nextInt(3) > 0
            ? MessageIds.NONE
            : new MessageIds(someId(), someId(), random.nextBoolean() ? someId() : null);
    boolean aside = mode == HistoryMode.CLIENT && random.nextInt(4) == 0;
    return new TurnRequest(messages, mode, one(LIMITS), ids).asAside(aside);
  }

  /** The messages down to one that is stored, as a client would send them. */
  private List<Message> someBranch() {
    Transcript transcript = Transcript.of(store.read(id, LogVersion.NONE).elements());
    List<Message> messages = transcript.messages();
    Message end = messages.isEmpty() ? null : messages.get(random.nextInt(messages.size()));
    end = random.nextBoolean() ? transcript.currentEnd(false) : end;
    return transcript.pathTo(end).stream()
        .map(message -> Message.parse(message.wireJson()))
        .toList();
  }

  Answer answer() {
    AnswerStatus status = random.nextInt(3) > 0 ? AnswerStatus.COMPLETED : one(STATUSES);
    Message message =
        random.nextInt(6) == 0
            ? call()
            : message("assistant", random.nextInt(8) == 0 ? "" : text());
    return new Answer(message, "m", "stop", status);
  }

  private Message call() {
    String second = random.nextInt(4) == 0 ? ",{\"id\":\"c" + random.nextInt(3) + "\"}" : "";
    return json(
        "\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c"
            + random.nextInt(3)
            + "\"}"
            + second
            + "]");
  }

  private Message result() {
    return json(
        "\"role\":\"tool\",\"tool_call_id\":\"c" + random.nextInt(3) + "\",\"content\":\"R\"");
  }

  private Message message(String role, String text) {
    String space = random.nextInt(4) == 0 ? " \n " : "";
    return json(
        "\"role\":\"" + role + "\"," + space + "\"content\":" + space + "\"" + text + "\"" + space);
  }

  private String text() {
    String text = random.nextInt(6) == 0 ? "same" : "text " + random.nextInt(1000);
    return switch (random.nextInt(12)) {
      case 0 -> text + " long".repeat(random.nextInt(200));
      case 1 -> "<think>why</think>" + text;
      case 2 -> "\\u00e9 " + text;
      default -> text;
    };
  }

  /** What another program may write: some of it fits the tree, some makes no sense. */
  List<Message> strange() {
    List<Message> elements = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      Map<String, String> fields = new LinkedHashMap<>();
      put(fields, "id", random.nextInt(4) == 0 ? null : someId());
      switch (random.nextInt(5)) {
        case 0 -> fields.put("parent_id", "null");
        case 1 -> put(fields, "parent_id", null);
        default -> put(fields, "parent_id", someId());
      }
      if (random.nextInt(3) == 0) {
        put(fields, "status", one(STATUSES).wireName());
      }
      put(fields, "role", one(ROLES));
      String text = random.nextInt(10) == 0 ? " " : random.nextInt(4) == 0 ? TASK : text();
      put(fields, "content", text);
      if (random.nextInt(8) == 0) {
        fields.put("tool_calls", one(List.of("[]", "[7]", "[{\"id\":\"c1\"},7]")));
      }
      StringBuilder json = new StringBuilder();
      fields.forEach((name, value) -> json.append(",\"" + name + "\":" + value));
      elements.add(json(json.substring(1)));
    }
    return elements;
  }

  <T> T one(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static void put(Map<String, String> fields, String name, String value) {
    if (value != null) {
      fields.put(name, "\"" + value + "\"");
    }
  }

  /** An id that is stored, or one that may yet be. */
  private String someId() {
    if (random.nextInt(3) == 0) {
      return random.nextInt(4) == 0 ? "element-" + random.nextInt(20) : "n" + random.nextInt(12);
    }
    List<Message> all = Transcript.of(store.read(id, LogVersion.NONE).elements()).messages();
    // Mostly one of the newest.
    int back = random.nextBoolean() ? 4 : all.size();
    return all.isEmpty() ? "n0" : all.get(Math.max(0, all.size() - 1 - random.nextInt(back))).id();
  }

  private static Message json(String fields) {
    return Message.parse(("{" + fields + "}").getBytes(UTF_8));
  }
}
