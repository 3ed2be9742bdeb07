package dev.helix.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Conversations that go on at two servers in turns, while their store is killed, and a record of
 * what each caller was told.
 */
final class StoreLoad implements AutoCloseable {
  private static final int CONVERSATIONS = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Cluster cluster;
  private final ExecutorService executor = Executors.newFixedThreadPool(CONVERSATIONS);
  private final List<Future<?>> running = new ArrayList<>();

  /** For each conversation the questions whose answers were acknowledged, in their order. */
  private final Map<String, List<String>> acknowledged = new ConcurrentHashMap<>();

  private final AtomicInteger turns = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean ending;

  StoreLoad(Cluster cluster) {
    this.cluster = cluster;
    for (ClusterServer server : List.of(cluster.here(), cluster.there())) {
      server
          .upstream()
          .answerAlways(call -> Reply.sse(Completions.chunks("Answer to ", call.lastMessage())));
    }
    for (int i = 0; i < CONVERSATIONS; i++) {
      running.add(executor.submit(() -> talk(UUID.randomUUID().toString())));
    }
  }

  private void talk(String id) {
    List<String> mine = new CopyOnWriteArrayList<>();
    acknowledged.put(id, mine);
    for (int n = 0; !ending; n++) {
      String question = "Question " + n;
      ClusterServer server = n % 2 == 0 ? cluster.here() : cluster.there();
      try (RawClient client = server.ask(id, question)) {
        client.deadline(PATIENCE);
        RawResponse response = client.response();
        response.rest();
        if (response.text().endsWith("data: [DONE]\n\n")) {
          mine.add(question);
          turns.incrementAndGet();
        } else {
          checkRefusal(response);
          refused.incrementAndGet();
        }
      }
    }
  }

  /** Only a store that is out of reach, or a lease that passed on meanwhile, is a reason. */
  private static void checkRefusal(RawResponse response) {
    String text = response.text();
    boolean unreachable =
        text.contains("\"storage_unavailable\"") || text.contains("\"session_store_unavailable\"");
    boolean streamOrRefusal = response.status() == 200 || response.status() == 503;
    boolean expected =
        (unreachable && streamOrRefusal) || text.contains("\"conversation_lease_lost\"");
    if (!expected) {
      throw new AssertionError(response.status() + ": " + text);
    }
  }

  /** Returns when so many more turns were acknowledged. */
  void awaitTurns(int more) {
    int wanted = turns.get() + more;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (turns.get() < wanted) {
      for (Future<?> talk : running) {
        if (talk.isDone()) {
          join(talk);
        }
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("only " + turns.get() + " turns, not " + wanted);
      }
      Thread.onSpinWait();
    }
  }

  private static void join(Future<?> talk) {
    try {
      talk.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("a conversation ended", e);
    }
  }

  int refused() {
    return refused.get();
  }

  void end() {
    ending = true;
    running.forEach(StoreLoad::join);
  }

  /** Every acknowledged turn is stored once, in its place, in the order in which it was heard. */
  void check() {
    try (SessionManager sessions = cluster.store().look()) {
      acknowledged.forEach(
          (id, questions) ->
              check(sessions.transcript(new SessionId("conv-" + id)).messages(), questions));
    }
  }

  private static void check(List<Message> stored, List<String> questions) {
    List<String> answered = new ArrayList<>();
    for (Message message : stored) {
      if (message.status() == AnswerStatus.COMPLETED) {
        List<String> parents =
            stored.stream()
                .filter(other -> other.id().equals(message.parentId()))
                .map(Message::text)
                .toList();
        assertEquals(1, parents.size(), () -> "parents of " + message.text());
        assertEquals("Answer to " + parents.get(0), message.text());
        answered.add(parents.get(0));
      }
    }
    // Others may be stored too, whose callers were told that nobody knows.
    answered.retainAll(questions);
    assertEquals(questions, answered);
  }

  @Override
  public void close() {
    ending = true;
    executor.shutdownNow();
    for (ClusterServer server : List.of(cluster.here(), cluster.there())) {
      server.upstream().forget();
    }
  }
}
