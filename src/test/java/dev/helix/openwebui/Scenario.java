package dev.helix.openwebui;

import dev.helix.scripted.Request;
import dev.helix.scripted.Tap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * One row of things a person does. After each step our transcript is compared with the chat that
 * Open WebUI reports; differences are kept and told at the end, so that one does not hide the next.
 * Not thread-safe.
 */
final class Scenario implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration RECORDED = Duration.ofSeconds(4);

  private final Stack stack;
  private final String name;
  private final Recording recording;
  private final Report report;
  private final Set<String> saved; // the chats of all scenarios
  private final List<String> differences = new ArrayList<>();
  private final Map<String, ChatTree> wanted = new HashMap<>(); // by chat

  Scenario(Stack stack, String name, Report report, Set<String> saved) {
    this.stack = stack;
    this.name = name;
    this.report = report;
    this.saved = saved;
    this.recording = new Recording(stack.setup, name, stack.version(), stack.tap, stack.model);
  }

  /**
   * Does something that brings that many chat requests, waits until Open WebUI has finished with
   * them, and compares.
   */
  void step(String step, Person who, int requests, Runnable action) {
    step(step, who, requests, Comparison.EQUAL, action);
  }

  /** As the other, with another comparison. */
  void step(String step, Person who, int requests, Comparison comparison, Runnable action) {
    int before = chats().size();
    action.run();
    stack.tap.await(step, PATIENCE, events -> chats().size() >= before + requests);
    List<Integer> all = chats();
    // A sub-agent has a chat of its own, within a turn of another.
    List<String> asked =
        all.subList(Math.min(before, all.size() - 1), all.size()).stream()
            .map(this::chat)
            .distinct()
            .sorted(
                Comparator.comparing((String chat) -> !chat.equals(chat(all.get(all.size() - 1)))))
            .toList();
    for (String chat : asked) {
      who.awaitIdle(chat);
    }
    stack.tap.await("the end of " + step, PATIENCE, events -> open() == 0);
    for (String chat : asked) {
      if (chat.startsWith("temporary:")) {
        recording.step(step, null, comparison, null);
      } else {
        saved.add(chat);
        compare(step, who, chat, comparison);
      }
    }
    Set<String> stored = new TreeSet<>(stack.sessions.byConversation().keySet());
    if (!stored.equals(saved)) {
      different(step, "sessions of " + stored + " in place of " + saved);
    }
  }

  private void compare(String step, Person who, String chat, Comparison comparison) {
    Set<String> named = named(chat);
    ChatTree[] trees = new ChatTree[3]; // to be compared, ours, and theirs as it is
    boolean equal =
        stack.sessions.await(
            RECORDED,
            () -> {
              trees[2] = ChatTree.ofChat(stack.openWebUi.chat(who.token(), chat));
              ChatTree before = wanted.getOrDefault(chat, ChatTree.EMPTY);
              trees[0] = comparison.wanted(before, trees[2]);
              trees[1] = stack.sessions.tree(chat);
              return comparison.holds(stack.setup, named, trees[0], trees[1]);
            });
    wanted.put(chat, trees[0]);
    recording.step(step, chat, comparison, trees[2]);
    if (equal) {
      report.row(
          name,
          step,
          comparison.name().toLowerCase(Locale.ROOT)
              + ", "
              + trees[0].toJson().size()
              + " messages");
    } else {
      different(
          step,
          "wanted:\n" + trees[0] + "ours:\n" + trees[1] + "requests:\n" + recording.lastStep());
    }
  }

  private void different(String step, String difference) {
    report.row(name, step, "**different**");
    differences.add(name + ", " + step + ": " + difference);
  }

  /** The ids that requests of this chat have named. */
  private Set<String> named(String chat) {
    Set<String> named = new TreeSet<>();
    for (int exchange : chats()) {
      Request request = stack.tap.request(exchange);
      if (chat.equals(request.header("X-OpenWebUI-Chat-Id"))) {
        HeaderSetup.ID_HEADERS.stream()
            .map(request::header)
            .filter(Objects::nonNull)
            .forEach(named::add);
      }
    }
    return named;
  }

  /**
   * The exchanges of chats that asked for a stream: all but the tasks and the lists of models. A
   * request for merged answers names no chat.
   */
  private List<Integer> chats() {
    return stack.tap.events().stream()
        .filter(event -> event.moment() == Tap.Moment.BEGUN)
        .map(Tap.Event::exchange)
        .filter(exchange -> stack.tap.request(exchange).method().equals("POST"))
        .filter(exchange -> chat(exchange) != null)
        .filter(exchange -> stack.tap.request(exchange).json().path("stream").asBoolean())
        .toList();
  }

  private String chat(int exchange) {
    return stack.tap.request(exchange).header("X-OpenWebUI-Chat-Id");
  }

  private int open() {
    return stack.tap.events().stream()
        .mapToInt(event -> event.moment() == Tap.Moment.BEGUN ? 1 : -1)
        .sum();
  }

  /** Writes the recording and fails if anything was different. */
  @Override
  public void close() {
    if (stack.setup != HeaderSetup.RESPONSES_STATEFUL) { // What it names has another id each time.
      recording.writeTo(
          Path.of(System.getProperty("openwebui.fixtures", "target/openwebui/replay")));
    }
    report.write();
    if (!differences.isEmpty()) {
      throw new AssertionError(String.join("\n\n", differences));
    }
  }
}
