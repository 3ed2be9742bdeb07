package dev.helix.turn.reply;

import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts an answer together from the chunks of its stream: for each choice the message that the
 * deltas add up to, its finish reason and the model. Not safe for use by several threads.
 */
final class StreamedReply {
  private static final System.Logger LOG = System.getLogger(StreamedReply.class.getName());

  private final Map<Integer, StreamedChoice> choices = new TreeMap<>();
  private final long longest;
  private final int asked;

  /** What is kept of the answers. */
  private final Weight kept;

  private final ChunkPattern pattern = new ChunkPattern();
  private final List<Chunk> read = new ArrayList<>(1);
  private String model;

  /** The last that was told; null where none was. */
  private TokenUsage usage;

  private long size;

  /** How many choices have no finish reason. */
  private int open;

  /** How many choices may go on. */
  private int going;

  private boolean wentOn;

  /** What a chunk had of an error besides what it said; null where none had. */
  private Object error;

  private boolean plainError;

  /** Whether an event that was withheld was an error. */
  private boolean failed;

  private boolean unreadable;

  /** Whether nothing more is kept of the answers but their ends. */
  private boolean full;

  private boolean lost;

  /**
   * An answer of which nothing has come.
   *
   * @param longest how many characters of it are kept
   * @param asked how many choices were asked for
   */
  StreamedReply(long longest, int asked) {
    this.longest = longest;
    this.asked = asked;
    this.kept = Weight.kept(longest);
  }

  /** Adds the data of one event. */
  void add(byte[] data, int length) {
    size += length;
    String text = pattern.text(data, length);
    if (text != null && append(text)) {
      return;
    }
    Weight weight = Weight.read(longest);
    boolean all = Chunk.read(data, length, weight, read);
    read.forEach(this::add);
    read.clear();
    if (weight.isOver()) {
      lost();
    }
    if (!all && !unreadable) {
      LOG.log(System.Logger.Level.WARNING, "the upstream's stream has data that cannot be read");
    }
    unreadable |= !all;
    pattern.learn(data, length);
  }

  /** Adds the event there if it is as the last but for its text: its bytes, or 0 if it is not. */
  int addRecognized(byte[] bytes, int from, int end) {
    int length = pattern.eventLength(bytes, from, end);
    String text = length > 0 ? pattern.textOfEvent(bytes, from, length) : null;
    if (text == null || !append(text)) {
      return 0;
    }
    size += length - ChunkPattern.AROUND_DATA;
    return length;
  }

  private boolean append(String text) {
    StreamedChoice choice = choices.get(pattern.index());
    if (choice == null) {
      return false;
    }
    going -= choice.isOver() ? 0 : 1;
    boolean appended = choice.append(pattern.field(), text, full);
    going += choice.isOver() ? 0 : 1;
    wentOn |= choice.wentOn();
    weigh();
    return appended;
  }

  private void weigh() {
    if (kept.isOver()) {
      full = true;
      lost();
    }
  }

  /** Something that came is not kept, as it is too long. */
  void lost() {
    if (!lost) {
      LOG.log(System.Logger.Level.WARNING, "the upstream's answer is too long to be kept whole");
    }
    lost = true;
  }

  private void add(Chunk chunk) {
    model = chunk.model() == null ? model : chunk.model();
    usage = chunk.usage() == null ? usage : chunk.usage();
    if (chunk.error() != null) {
      error = chunk.error();
      plainError = chunk.isPlain();
    }
    int position = 0;
    for (Object each : chunk.choices()) {
      if (each instanceof Map<?, ?> choice) {
        add(choice, position);
      }
      position++;
    }
  }

  private void add(Map<?, ?> fields, int position) {
    Integer index = UpstreamJson.integer(fields.get("index"));
    int place = index == null ? position : index;
    StreamedChoice choice = choices.get(place);
    if (choice == null) {
      if (full || choices.size() == Weight.MOST_ENTRIES) {
        lost();
        wentOn = true; // Nobody knows when it ends.
        return;
      }
      choice = new StreamedChoice(kept);
      choices.put(place, choice);
      open++;
      going++;
    }
    open -= choice.isFinished() ? 0 : 1;
    going -= choice.isOver() ? 0 : 1;
    choice.add(fields, full);
    open += choice.isFinished() ? 0 : 1;
    going += choice.isOver() ? 0 : 1;
    wentOn |= choice.wentOn();
    weigh();
  }

  /** Whether every choice that was begun has a finish reason, and there is one. */
  boolean isFinished() {
    return open == 0 && !choices.isEmpty();
  }

  /**
   * Whether nothing of an answer is to be expected: all choices that were asked for have come and
   * are finished, nothing came behind a finish, and each is one behind which none goes on.
   */
  boolean isOver() {
    return hasError() || (isFinished() && choices.size() >= asked && going == 0 && !wentOn);
  }

  /**
   * The index of a choice that has begun and has no finish reason; null where none has, or none
   * goes on, as an error was told.
   */
  Integer openChoice() {
    if (hasError()) {
      return null;
    }
    for (Map.Entry<Integer, StreamedChoice> choice : choices.entrySet()) {
      if (!choice.getValue().isFinished()) {
        return choice.getKey();
      }
    }
    return null;
  }

  /** What the first choice says so far; null where none has begun. */
  AnswerSoFar soFar() {
    return choices.isEmpty() ? null : choices.values().iterator().next();
  }

  /** The model that was named last; null where none was. */
  String model() {
    return model;
  }

  /** The usage that was told last; null where none was. */
  TokenUsage usage() {
    return usage;
  }

  boolean hasError() {
    return failed || error != null;
  }

  /** An event that was withheld was an error. */
  void failed() {
    failed = true;
  }

  /** The error that a chunk told of; null where none did. */
  ReplyError error() {
    return error == null
        ? null
        : ReplyError.underSuccess(UpstreamJson.bytes(Map.of("error", error)));
  }

  /** Whether that error is in a form that clients read. */
  boolean hasPlainError() {
    return plainError;
  }

  /** Whether there is something of an answer. */
  boolean hasContent() {
    return choices.values().stream().anyMatch(choice -> choice.isFinished() || choice.hasContent());
  }

  /** Whether something came that nobody can read: the answer is not all there. */
  boolean isUnreadable() {
    return unreadable;
  }

  /** Whether something that came is not kept. */
  boolean isLost() {
    return lost;
  }

  /** How much was read so far, in bytes of the events' data. */
  long size() {
    return size;
  }

  /** What is kept of the answers so far, in characters of their texts. */
  long kept() {
    return kept.texts();
  }

  /**
   * The answers so far, in the order of their index; those without a finish reason get the status
   * given, and where that is failed, or not all was read or kept, or the backend told an error,
   * none is complete. What is empty and not complete is left out.
   */
  List<Answer> answers(AnswerStatus unfinished) {
    AnswerStatus broken =
        unfinished == AnswerStatus.CANCELLED ? AnswerStatus.CANCELLED : AnswerStatus.FAILED;
    List<Answer> answers = new ArrayList<>();
    for (StreamedChoice choice : choices.values()) {
      boolean complete = choice.isFinished() && unfinished != AnswerStatus.FAILED;
      AnswerStatus status = complete ? AnswerStatus.COMPLETED : unfinished;
      Answer answer = choice.answer(model, unreadable || lost || hasError() ? broken : status);
      if (answer != null) {
        answers.add(answer);
      }
    }
    return answers;
  }
}
