package dev.helix.session;

import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.session.SessionStore.Reading;
import dev.helix.text.NormalizedText;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.TurnOrder;
import dev.helix.transcript.tree.Continuation;
import dev.helix.transcript.tree.IncompleteTreeException;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.Placer;
import dev.helix.transcript.tree.TranscriptTree;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the end of a turn adds to the transcript: its answers, each with its place and its id. A
 * checkpoint adds the same of what has come so far, if nobody else has said it meanwhile.
 * Specification sections 4 and 7.
 */
final class AnswerElements {
  private final LogReader log;
  private final TranscriptTree tree;
  private final OpenTurn turn;
  private final boolean late;
  private final boolean beside;
  private final boolean checkpoint;
  private final Instant now;
  private final List<Message> elements = new ArrayList<>();
  private Message base;

  /** What is read of the log; null until something is. */
  private StoredHistory stored;

  private AnswerElements(
      LogReader log,
      TranscriptTree tree,
      OpenTurn turn,
      boolean late,
      boolean beside,
      boolean checkpoint,
      Instant now) {
    this.log = log;
    this.tree = tree;
    this.turn = turn;
    this.late = late;
    this.beside = beside;
    this.checkpoint = checkpoint;
    this.now = now;
  }

  /** Whether the tree is asked about anything, so that it must be known. */
  static boolean looksUp(OpenTurn turn) {
    return turn.answerId() != null || turn.continued() != null;
  }

  /**
   * Decides; the tree must be at the log's end, unless nothing {@linkplain #looksUp is looked up}
   * and the turn is not late.
   *
   * @param late whether others have added to the log since the turn began
   * @param beside whether the answers are no part of the path: they become branches that failed,
   *     and no newer versions of what is there
   * @param checkpoint whether the turn goes on
   */
  static AnswerElements of(
      LogReader log,
      TranscriptTree tree,
      OpenTurn turn,
      List<Answer> answers,
      boolean late,
      boolean beside,
      boolean checkpoint,
      Instant now) {
    AnswerElements made = new AnswerElements(log, tree, turn, late, beside, checkpoint, now);
    try {
      made.add(answers);
    } catch (IncompleteTreeException e) {
      made.elements.clear();
      made.stored = null;
      Reading unused = TurnPlan.readWhole(log, tree, turn.session().sessionId());
      made.add(answers);
    }
    return made;
  }

  /** What is added; none where a checkpoint has no place of its own. */
  List<Message> elements() {
    return List.copyOf(elements);
  }

  /** What the continued answer says without anything of this turn; null where none is. */
  Message base() {
    return base;
  }

  private void add(List<Answer> answers) {
    if (turn.continued() == null) {
      begun(answers);
    } else {
      continued(answers);
    }
  }

  private void begun(List<Answer> answers) {
    boolean erased = isErased(tree.get(turn.answerId())) || isErased(tree.get(turn.ownId()));
    if (responds() && late && erased) {
      return; // Since it began, under whichever of its ids.
    }
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      boolean calls = callsTools(answer);
      boolean named = i == 0 && turn.answerId() != null && !calls;
      String id = named ? turn.answerId() : turn.ownId(i);
      // Where nobody else has added anything, what has this id is a checkpoint.
      Node there = named || late ? tree.get(id) : null;
      if (isErased(there)) {
        continue; // Since it began: whoever erased it wants no more of it.
      }
      if (there != null && isNothingNew(answer) && !there.fingerprint().empty()) {
        if (responds() && named) {
          add(answer, turn.ownId(), turn.parentId());
        }
        continue; // What broke off without a word takes nothing away.
      }
      boolean same =
          there != null && !beside && (named ? isAboutTheSame(there) : isBegun(there, calls));
      String free = free(id, there, named);
      boolean joins = same || (!named && !responds());
      if (i == 0 && late && !beside && !calls && joins) {
        addLate(answer, same ? there : null, free);
      } else if (same) {
        add(answer, id, place(there));
      } else {
        add(answer, free, turn.parentId());
      }
    }
  }

  private static boolean isErased(Node node) {
    return node != null && node.kind() == MessageKind.ERASED;
  }

  /** Whether the answer is a response, which is no other answer's newer version. */
  private boolean responds() {
    return turn.note() != null;
  }

  /** The id of an answer that is no newer version, where this one may be taken. */
  private String free(String id, Node there, boolean named) {
    if (there == null || (responds() && !named && there.isNothingYet())) {
      return id;
    }
    return responds() && named ? turn.ownId() : Placer.newId();
  }

  /** Whether this turn has begun the answer, and it may go on as what it is now. */
  private boolean isBegun(Node there, boolean calls) {
    boolean brokeOff = there.checkpoint() || there.kept() != null;
    return brokeOff && !(calls && tree.isFollowed(there));
  }

  /** What a newer version hangs below: its rounds, if tools were called to go on with it. */
  private String place(Node there) {
    return there.place(turn.parentId(), tree::get);
  }

  /**
   * Adds an answer that others have gone before, or a checkpoint of its own: as a newer version of
   * that, or of what its client kept of it, and has sent with the next question, but not of a later
   * turn's answer.
   *
   * @param begun the message that has its id; null where there is none
   * @param free the id of a message that is none of these
   */
  private void addLate(Answer answer, Node begun, String free) {
    if (begun != null && begun.recorded() <= turn.after()) {
      add(answer, begun.id(), place(begun)); // Nobody has said anything of it since.
      return;
    }
    String said = said(answer.message());
    Node kept = begun != null ? begun : keptByClient(said);
    Message there = kept == null ? null : message(kept);
    if (there == null) {
      if (answer.status() == AnswerStatus.COMPLETED || !wentOn(said)) {
        add(answer, free, turn.parentId());
      }
    } else if (goesBefore(kept, there, said)) {
      add(answer, kept.id(), place(kept));
    } else if (answer.status() == AnswerStatus.COMPLETED
        || (responds() && !kept.id().equals(turn.answerId()))
        || !said(there).startsWith(said)) {
      add(answer, free, turn.parentId()); // Else all of it is there.
    }
  }

  /** Whether all that was said is the beginning of an answer that its client has had go on. */
  private boolean wentOn(String said) {
    for (Node node : tree.below(turn.parentId(), MessageKind.ANSWER, turn.after())) {
      Message there = message(node);
      if (there != null && !said.isEmpty() && said(there).startsWith(said) && wasByClient(node)) {
        return true;
      }
    }
    return false;
  }

  /** Whether an older version of an answer came with a request, since the turn began. */
  private boolean wasByClient(Node answer) {
    return log.read(turn.session().sessionId(), LogVersion.NONE).elements().stream()
        .skip(turn.after())
        .anyMatch(element -> answer.id().equals(element.id()) && isByClient(element));
  }

  /** What came below the question since the turn began, and is the beginning of its answer. */
  private Node keptByClient(String said) {
    for (Node node : tree.below(turn.parentId(), MessageKind.ANSWER, turn.after())) {
      Message there = node.response() == null ? message(node) : null;
      if (there != null && isByClient(there) && !said(there).isEmpty()) {
        if (said.startsWith(said(there))) {
          return node;
        }
      }
    }
    return null;
  }

  private boolean goesBefore(Node node, Message there, String said) {
    if (node.recorded() <= turn.after()) {
      return true;
    }
    return (isByClient(there) || isSeenByClient(there))
        ? said.startsWith(said(there))
        : TurnOrder.of(there, node.recorded()).compareTo(order()) < 0;
  }

  private TurnOrder order() {
    return new TurnOrder(turn.after(), turn.began(), Long.MAX_VALUE);
  }

  /** Whether an answer came with a request, and is no turn's. */
  private static boolean isByClient(Message answer) {
    return answer.status() == null;
  }

  /** Whether it is a checkpoint of this turn with what a client has seen behind it. */
  private boolean isSeenByClient(Message answer) {
    Instant began = answer.element().began();
    return answer.status() == AnswerStatus.CANCELLED
        && !answer.element().checkpoint()
        && began != null
        && began.truncatedTo(ChronoUnit.MICROS).equals(turn.began().truncatedTo(ChronoUnit.MICROS));
  }

  private static String said(Message message) {
    return NormalizedText.of(message.role(), message.text());
  }

  private Message message(Node node) {
    if (stored == null) {
      stored = new StoredHistory(log, tree, turn.session().sessionId(), null);
    }
    return stored.get(node);
  }

  private boolean isAboutTheSame(Node there) {
    if (there.checkpoint() && Objects.equals(there.parentId(), turn.parentId())) {
      return true;
    }
    Node place = tree.get(turn.parentId());
    Node question = place == null ? null : tree.question(place);
    return there.kind() == MessageKind.ANSWER
        && question != null
        && question.equals(tree.question(there));
  }

  private void continued(List<Answer> answers) {
    Node node = tree.get(turn.continued());
    if (isErased(node)) {
      return;
    }
    Message old = node == null ? null : message(node);
    boolean gone = old != null && late && !goesBefore(node, old, said(old));
    boolean goesOn = old != null && !beside && !gone;
    base = turn.base() != null ? turn.base() : goesOn ? old : null;
    Message before = base != null ? base : old;
    // Open WebUI puts a line's end where a call was stopped.
    String shown = stopsAtACall(node, old) ? turn.begun() + "\n" : turn.begun();
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      if (isNothingNew(answer)) {
        if (i == 0 && goesOn && responds() && !checkpoint) {
          elements.add(old.as(old.element().at(now).responding(note(answer))));
        }
        continue; // The old version stands.
      }
      Message begun = before == null ? Message.of("assistant", turn.begun()) : before;
      Message joined = Continuation.join(begun, shown, answer.message());
      Answer whole = new Answer(joined, answer.model(), answer.finishReason(), answer.status());
      boolean calls = callsTools(answer);
      boolean newer = i == 0 && goesOn && !calls;
      if (responds()) {
        whole = whole.withNote(note(answer));
      } else if (newer) {
        whole = whole.withNote(base.element().response());
      }
      if (calls && goesOn && turn.base() != null) {
        elements.add(base.as(base.element().at(now))); // Without what these calls begin with.
      }
      add(whole, newer ? node.id() : free(i), newer ? node.parentId() : turn.parentId());
    }
  }

  /** What is kept with an answer that is a response: as it ended, else as it began. */
  private String note(Answer answer) {
    return answer.note() == null ? turn.note() : answer.note();
  }

  private String free(int index) {
    String id = turn.ownId(index);
    Node there = late ? tree.get(id) : null;
    return there == null || there.checkpoint() ? id : Placer.newId();
  }

  /** Whether an answer is what was said before a call beside it that has no result. */
  private boolean stopsAtACall(Node node, Message answer) {
    return answer != null
        && tree.below(node.parentId(), MessageKind.CALL, 0).stream()
            .filter(call -> tree.below(call.id(), MessageKind.RESULT, 0).isEmpty())
            .map(this::message)
            .anyMatch(call -> call != null && said(call).equals(said(answer)));
  }

  private static boolean isNothingNew(Answer answer) {
    return answer.message().fingerprint().empty() && answer.status() != AnswerStatus.COMPLETED;
  }

  private static boolean callsTools(Answer answer) {
    return answer.message().fingerprint().calls();
  }

  private void add(Answer answer, String id, String parentId) {
    if (checkpoint && !isOwn(id)) {
      return; // Its client has gone on from what it saw.
    }
    Answer noted =
        answer.note() == null && elements.isEmpty() ? answer.withNote(turn.note()) : answer;
    Answer kept = beside ? noted.withStatus(AnswerStatus.FAILED) : noted;
    ElementFields fields = kept.fields(id, parentId, now);
    boolean behindOthers = late || turn.checkpointed();
    ElementFields begun = fields.begun(turn.began(), behindOthers ? turn.after() : null);
    ElementFields placed = turn.aside() ? begun.asAside() : begun;
    elements.add(kept.message().as(checkpoint ? placed.asCheckpoint() : placed));
  }

  private boolean isOwn(String id) {
    return id.equals(turn.answerId()) || id.equals(turn.continued()) || id.startsWith(turn.ownId());
  }
}
