package dev.helix.transcript;

import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import java.time.Instant;
import java.util.Objects;

/**
 * One answer that is to be recorded. Immutable.
 *
 * @param message the answer as the upstream gave it, or as much of it as came
 * @param model the model that answered, or null when unknown
 * @param finishReason the upstream's finish reason, or null when there was none
 * @param status how the answer ended
 * @param note the JSON that is kept with a response; null for none
 */
public record Answer(
    Message message, String model, String finishReason, AnswerStatus status, String note) {
  public Answer {
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(status, "status");
  }

  /** An answer without a note. */
  public Answer(Message message, String model, String finishReason, AnswerStatus status) {
    this(message, model, finishReason, status, null);
  }

  /** This answer with another status. */
  public Answer withStatus(AnswerStatus other) {
    return new Answer(message, model, finishReason, other, note);
  }

  /** This answer with another note, or, for null, without one. */
  public Answer withNote(String json) {
    return new Answer(message, model, finishReason, status, json);
  }

  /** What the transcript adds to this answer in its place. */
  public ElementFields fields(String id, String parentId, Instant timestamp) {
    return ElementFields.answer(id, parentId, timestamp, model, finishReason, status)
        .responding(note);
  }
}
