package dev.helix.model;

import dev.helix.model.Step.Continue;
import dev.helix.model.Step.ContinueWithTools;
import dev.helix.model.Step.Correct;
import dev.helix.model.Step.Delete;
import dev.helix.model.Step.Edit;
import dev.helix.model.Step.Guided;
import dev.helix.model.Step.Regenerate;
import dev.helix.model.Step.Restart;
import dev.helix.model.Step.Save;
import dev.helix.model.Step.Send;
import dev.helix.model.Step.Switch;
import dev.helix.model.Step.Task;
import dev.helix.transcript.MessageIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A chat that a person leads in Open WebUI, played against a real session: it sends what Open WebUI
 * would send and compares, after each step, what is stored with what the person sees. Not
 * thread-safe.
 */
final class Chat {
  private final Line line;
  private final Habits habits;
  private final boolean threads;
  private final List<ChatNode> nodes = new ArrayList<>();
  private final List<String> played = new ArrayList<>();
  private final Comparison comparison;
  private final Changes changes;
  private ChatNode current;
  private int calls;

  /**
   * @param threads whether requests for several answers run on threads of their own
   */
  Chat(Line line, Habits habits, boolean threads) {
    this.line = line;
    this.habits = habits;
    this.threads = threads;
    this.comparison = new Comparison(habits, threads, nodes);
    this.changes = new Changes(habits);
  }

  /** Plays steps, and fails with all that was played where a tree is not as it should be. */
  void play(List<Step> steps) {
    try {
      for (Step step : steps) {
        play(step);
        comparison.check(new Stored(line.transcript()));
      }
      comparison.everyBranchIsFound();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(account(e.getMessage()), e);
    }
  }

  private void play(Step step) {
    if (step instanceof Send send) {
      played.add("send " + send.question());
      ask(question(current, send.question()), send.replies(), send.order());
    } else if (step instanceof Regenerate again) {
      ChatNode answer = pick(again.answer(), true);
      if (answer != null && answer.isAnswered()) {
        played.add("regenerate " + answer.id);
        ask(answer.parent, List.of(again.reply()), List.of());
      }
    } else if (step instanceof Guided guided) {
      guide(guided);
    } else if (step instanceof Edit edit) {
      ChatNode question = pick(edit.question(), false);
      if (question != null) {
        played.add("edit " + question.id + " to " + edit.text());
        ask(question(question.parent, edit.text()), edit.replies(), edit.order());
      }
    } else if (step instanceof Continue goOn) {
      goOn(goOn.reply());
    } else if (step instanceof ContinueWithTools goOn) {
      if (habits.ids()) {
        comparison.idsAlone();
        goOn(goOn.reply());
      }
    } else if (step instanceof Correct correct) {
      ChatNode answer = pick(correct.answer(), true);
      // Whose words they are is told by what is before them, as it was.
      if (answer != null
          && answer.stored != null
          && answer.parent == answer.home
          && !answer.parent.changed) {
        answer.shown = Said.trim(correct.text());
        answer.changed = true;
        answer.rewritten = true;
        played.add("correct " + answer.id + " to " + answer.shown);
      }
    } else if (step instanceof Save save) {
      ChatNode question = pick(save.question(), false);
      if (question != null && question.children.stream().noneMatch(answer -> answer.changed)) {
        question.question =
            new Question(save.text(), question.question.image(), Question.Context.NONE);
        question.changed = true;
        question.rewritten = true;
        played.add("save " + question.id + " as " + save.text());
      }
    } else if (step instanceof Delete delete) {
      ChatNode message = pick(delete.message(), delete.answer());
      if (message != null) {
        played.add("delete " + message.id);
        delete(message);
      }
    } else if (step instanceof Switch other) {
      ChatNode answer = pick(other.answer(), true);
      if (answer != null) {
        current = answer.leaf();
        played.add("switch to " + current.id);
      }
    } else if (step instanceof Task task) {
      played.add(task.toString());
      ChatNode turn = current == null ? null : current.parent;
      line.task(
          turn == null || !habits.ids() ? MessageIds.NONE : new MessageIds(turn.id, null, null),
          task.prompt(),
          habits.ids() ? task.name() : null);
    } else if (step instanceof Restart) {
      played.add("restart");
      line.restart();
    }
  }

  private void goOn(Reply reply) {
    if (current != null && current.isShown() && current.isAnswered()) {
      played.add("continue " + current.id);
      List<Said> request = history(current.parent);
      request.addAll(current.wire(habits));
      run(List.of(exchange(current, request, reply)), List.of());
    }
  }

  private void delete(ChatNode message) {
    message.delete();
    ChatNode at = current;
    while (at != null && at.deleted) {
      at = at.parent;
    }
    current = at == null ? null : at.leaf();
    for (ChatNode node : nodes) {
      if (node.isAnswer() && node.parent != node.home && node.changed) {
        node.shown = Said.trim(node.stored.seen());
        node.changed = false;
      }
    }
  }

  private void guide(Guided guided) {
    ChatNode old = pick(guided.answer(), true);
    if (old == null || !old.isAnswered()) {
      return;
    }
    played.add(
        "regenerate "
            + old.id
            + " with a hint"
            + (guided.withOld() ? " behind it: " : ": ")
            + guided.hint());
    List<Said> request = history(old.parent);
    if (guided.withOld() && old.isShown()) {
      request.addAll(old.wire(habits));
    }
    request.add(Said.user(guided.hint(), guided.hint(), false));
    ChatNode answer = answer(old.parent);
    answer.guided = true;
    run(List.of(exchange(answer, request, guided.reply())), List.of());
    current = answer;
  }

  private ChatNode question(ChatNode parent, Question question) {
    ChatNode node = ChatNode.question("u" + nodes.size(), parent, question);
    nodes.add(node);
    return node;
  }

  private ChatNode answer(ChatNode question) {
    ChatNode node = ChatNode.answer("a" + nodes.size(), question);
    nodes.add(node);
    return node;
  }

  private ChatNode pick(int number, boolean answer) {
    List<ChatNode> some =
        nodes.stream().filter(node -> !node.deleted && node.isAnswer() == answer).toList();
    return some.isEmpty() ? null : some.get(some.size() - 1 - number % some.size());
  }

  private void ask(ChatNode question, List<Reply> replies, List<Integer> order) {
    List<Exchange> exchanges = new ArrayList<>();
    for (Reply reply : replies) {
      exchanges.add(exchange(answer(question), history(question), reply));
    }
    run(exchanges, order);
    current = exchanges.get(exchanges.size() - 1).node();
  }

  private Exchange exchange(ChatNode answer, List<Said> request, Reply reply) {
    ChatNode question = answer.parent;
    String parent = question.parent == null ? null : question.parent.id;
    List<List<String>> ids = new ArrayList<>();
    for (Reply.Round round : reply.rounds()) {
      List<String> some = new ArrayList<>();
      for (int i = 0; i < round.calls(); i++) {
        some.add("call_" + calls++);
      }
      ids.add(some);
    }
    played.add("  " + answer.id + " is " + reply);
    MessageIds names =
        habits.ids() ? new MessageIds(question.id, parent, answer.id) : MessageIds.NONE;
    return new Exchange(line, names, request, answer, reply, ids);
  }

  /** What the client sends before an answer: all down to its question. */
  private List<Said> history(ChatNode question) {
    List<Said> history = new ArrayList<>();
    if (habits.system()) {
      history.add(Said.system("You are " + nodes.size()));
    }
    for (ChatNode node : habits.clipped(question.path())) {
      if (node.isAnswer()) {
        history.addAll(node.wire(habits));
      } else {
        history.add(node == question ? node.question.asked() : node.question.plain());
      }
    }
    return history;
  }

  private void run(List<Exchange> exchanges, List<Integer> order) {
    if (threads && exchanges.size() > 1) {
      race(exchanges);
      return;
    }
    Map<Exchange, WireTree.Place> places = new HashMap<>();
    List<Exchange> going = new ArrayList<>(exchanges);
    for (int turn = 0; !going.isEmpty(); turn++) {
      int next = order.isEmpty() ? 0 : order.get(turn % order.size()) % going.size();
      Exchange exchange = going.get(next);
      if (places.get(exchange) == null) {
        exchange.begin();
        if (habits.ids()) {
          changes.sent(exchange.shown(), exchange.round().request(), line.transcript());
        }
        places.put(exchange, comparison.sent(exchange.node(), exchange.round()));
      } else {
        comparison.replied(places.remove(exchange), exchange.round());
        exchange.complete(habits);
      }
      if (exchange.isDone()) {
        going.remove(next);
      }
    }
  }

  /** All at once: which is stored first makes no difference that can be seen. */
  private void race(List<Exchange> exchanges) {
    Map<Exchange, List<Exchange.Round>> rounds = new ConcurrentHashMap<>();
    Racing.run(
        exchanges,
        exchange -> {
          List<Exchange.Round> played = new ArrayList<>();
          while (!exchange.isDone()) {
            played.add(exchange.round());
            exchange.begin();
            exchange.complete(habits);
          }
          rounds.put(exchange, played);
        });
    for (Exchange exchange : exchanges) {
      for (Exchange.Round round : rounds.get(exchange)) {
        comparison.replied(comparison.sent(exchange.node(), round), round);
      }
    }
  }

  private String account(String message) {
    return habits
        + "\n"
        + String.join("\n", played)
        + "\n\n"
        + comparison.account(new Stored(line.transcript()))
        + "\n"
        + message;
  }
}
