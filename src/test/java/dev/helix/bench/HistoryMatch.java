package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.scripted.Json;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What it takes to find a resent history in a stored transcript: the messages, read from their JSON
 * each time as those of a request are, are all stored already, so that a turn begins without
 * writing. Long and short histories take turns. In microseconds, warm, on one thread.
 */
final class HistoryMatch {
  private static final int SHORT = 10;
  private static final int LONG = 1000;
  private static final int QUESTION_LENGTH = 200;
  private static final int ANSWER_LENGTH = 1000;

  private final int rounds;
  private final int repeats;

  HistoryMatch(int rounds, int repeats) {
    this.rounds = rounds;
    this.repeats = repeats;
  }

  ObjectNode run(Path sessions) throws IOException {
    try (SessionManager manager =
        new SessionManager(FileSessionStore.open(sessions), Clock.systemUTC())) {
      Conversation brief = Conversation.store(manager, SHORT);
      Conversation lengthy = Conversation.store(manager, LONG);
      // As much again before anything counts, so that both are compiled.
      measure(brief);
      measure(lengthy);
      List<Double> reading = new ArrayList<>();
      List<Double> briefly = new ArrayList<>();
      List<Double> at = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        briefly.add(measure(brief).matching());
        Micros micros = measure(lengthy);
        reading.add(micros.reading());
        at.add(micros.matching());
      }
      ObjectNode figures = Json.object().put("messages", LONG);
      put(figures, "match_micros", Spread.of(at));
      put(figures, "match_" + SHORT + "_micros", Spread.of(briefly));
      put(figures, "read_json_micros", Spread.of(reading));
      return figures;
    }
  }

  private static void put(ObjectNode figures, String name, Spread spread) {
    System.out.println("    " + name + ": " + spread);
    figures.set(name, spread.toJson());
  }

  /** The medians of one round. */
  private record Micros(double reading, double matching) {}

  private Micros measure(Conversation conversation) {
    Sample reading = new Sample();
    Sample matching = new Sample();
    for (int i = 0; i < repeats; i++) {
      long start = System.nanoTime();
      List<Message> messages = conversation.messages();
      long read = System.nanoTime();
      OpenTurn turn = conversation.begin(messages);
      long matched = System.nanoTime();
      if (!conversation.end().equals(turn.parentId())) {
        throw new IllegalStateException("the history was not found where it is");
      }
      reading.add(read - start);
      matching.add(matched - read);
    }
    if (conversation.stored() != conversation.json().size()) {
      throw new IllegalStateException("a history that was only resent has grown the transcript");
    }
    return new Micros(reading.millis(0.5) * 1000, matching.millis(0.5) * 1000);
  }

  /** A stored conversation and the JSON of its messages. */
  private record Conversation(
      SessionManager manager, SessionState session, List<byte[]> json, String end) {
    static Conversation store(SessionManager manager, int size) {
      Random random = new Random(size);
      SessionState session = manager.getOrCreateSession(null, "match-" + size);
      List<byte[]> json = new ArrayList<>();
      for (int turn = 0; turn < size / 2; turn++) {
        json.add(Message.of("user", text(random, QUESTION_LENGTH)).wireJson());
        Message answer = Message.of("assistant", text(random, ANSWER_LENGTH));
        json.add(answer.wireJson());
        List<Message> asked =
            json.subList(0, json.size() - 1).stream().map(Message::parse).toList();
        OpenTurn open = manager.beginTurn(session, asked, HistoryMode.CLIENT);
        manager.completeTurn(
            open, List.of(new Answer(answer, "bench", "stop", AnswerStatus.COMPLETED)));
      }
      // A history that is sent ends with a question.
      json.add(Message.of("user", "And now?").wireJson());
      List<Message> whole = json.stream().map(Message::parse).toList();
      String end = manager.beginTurn(session, whole, HistoryMode.CLIENT).parentId();
      return new Conversation(manager, session, json, end);
    }

    List<Message> messages() {
      return json.stream().map(Message::parse).toList();
    }

    OpenTurn begin(List<Message> messages) {
      return manager.beginTurn(session, messages, HistoryMode.CLIENT);
    }

    int stored() {
      return manager.transcript(session.sessionId()).messages().size();
    }
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      random.ints(2 + random.nextInt(8), 'a', 'z' + 1).forEach(c -> text.append((char) c));
      text.append(' ');
    }
    return text.toString().strip();
  }
}
