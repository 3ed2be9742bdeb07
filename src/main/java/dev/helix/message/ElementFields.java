package dev.helix.message;

import dev.helix.text.Json;
import dev.helix.text.Times;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/**
 * What a transcript adds to a message; null stands for absent. Specification sections 3 and 4.
 *
 * @param parentKnown whether a parent is named, be it only null for the root: the leading system
 *     message names none
 * @param origin where the message comes from
 */
public record ElementFields(
    String id,
    boolean parentKnown,
    String parentId,
    Instant timestamp,
    String model,
    String finishReason,
    AnswerStatus status,
    Origin origin) {
  static final String BEGAN = "began_at";
  static final String AFTER = "began_after";
  static final String CHECKPOINT = "checkpoint";
  static final String ADDED = "added";
  static final String AUTHOR = "author_id";
  static final String ERASED = "erased";
  static final String RESPONSE = "response";
  static final Set<String> NAMES =
      Set.of(
          "id",
          "parent_id",
          "timestamp",
          "model",
          "finish_reason",
          "status",
          "aside",
          BEGAN,
          AFTER,
          CHECKPOINT,
          ADDED,
          AUTHOR,
          ERASED,
          RESPONSE);
  static final ElementFields NONE = new ElementFields(null, false, null, null, null, null, null);

  /**
   * Who asked, or which turn answered.
   *
   * @param aside whether it is the answer to an aside ({@link BackgroundPrompt#mayBe})
   * @param began for answers when their turn began
   * @param after for answers that came behind elements of later turns how many elements the log had
   *     when their turn began
   * @param checkpoint whether it is what had come so far of an answer that was running
   * @param author for questions who asked, where that is not the session's owner
   * @param response the note of an answer that is a response, or of what was added
   * @param added whether it was put on the current path without a turn
   */
  public record Origin(
      boolean aside,
      Instant began,
      Long after,
      boolean checkpoint,
      String author,
      ResponseJson response,
      boolean added) {
    static final Origin UNTOLD = new Origin(false, null, null, false, null, null, false);
  }

  /** Fields of what comes from nowhere in particular. */
  public ElementFields(
      String id,
      boolean parentKnown,
      String parentId,
      Instant timestamp,
      String model,
      String finishReason,
      AnswerStatus status) {
    this(id, parentKnown, parentId, timestamp, model, finishReason, status, Origin.UNTOLD);
  }

  public boolean aside() {
    return origin.aside();
  }

  public Instant began() {
    return origin.began();
  }

  public Long after() {
    return origin.after();
  }

  public boolean checkpoint() {
    return origin.checkpoint();
  }

  public String author() {
    return origin.author();
  }

  /** Whether it was put on the current path without a turn, which then leads to it. */
  public boolean added() {
    return origin.added();
  }

  /** The note of a response as its JSON, made anew with each call; null where there is none. */
  public String response() {
    return isResponse() ? origin.response().json() : null;
  }

  /** Whether a response's note is kept with it. */
  public boolean isResponse() {
    return origin.response() != null;
  }

  /** How many bytes of JSON the note has; 0 where there is none. */
  public int responseBytes() {
    return isResponse() ? origin.response().length() : 0;
  }

  /** The id that the note gives the response; "" where it gives none, null without a note. */
  public String responseId() {
    return isResponse() ? origin.response().id() : null;
  }

  /** A message of the tree that is no recorded answer. */
  public static ElementFields node(String id, String parentId, Instant timestamp) {
    return new ElementFields(id, true, parentId, timestamp, null, null, null);
  }

  /** The leading system message, which has no place in the tree. */
  public static ElementFields system(String id, Instant timestamp) {
    return new ElementFields(id, false, null, timestamp, null, null, null);
  }

  /** A recorded answer. */
  public static ElementFields answer(
      String id,
      String parentId,
      Instant timestamp,
      String model,
      String finishReason,
      AnswerStatus status) {
    return new ElementFields(id, true, parentId, timestamp, model, finishReason, status);
  }

  /** These fields with an id and a parent in place of those that are missing. */
  public ElementFields placed(String newId, boolean newParentKnown, String newParentId) {
    return new ElementFields(
        newId, newParentKnown, newParentId, timestamp, model, finishReason, status, origin);
  }

  /** These fields of a version that is recorded at another time, and is no checkpoint. */
  public ElementFields at(Instant other) {
    Origin told = new Origin(aside(), began(), null, false, author(), origin.response(), added());
    return new ElementFields(id, parentKnown, parentId, other, model, finishReason, status, told);
  }

  /** These fields of what has come so far of an answer that is running. */
  public ElementFields asCheckpoint() {
    return from(new Origin(aside(), began(), after(), true, author(), origin.response(), added()));
  }

  /** These fields of what is put on the current path without a turn. */
  public ElementFields asAdded() {
    return from(
        new Origin(aside(), began(), after(), checkpoint(), author(), origin.response(), true));
  }

  /** These fields of the answer to an aside. */
  public ElementFields asAside() {
    return from(
        new Origin(true, began(), after(), checkpoint(), author(), origin.response(), added()));
  }

  /**
   * These fields of an answer whose turn began then.
   *
   * @param elements how many elements the log had; null where no others came since
   */
  public ElementFields begun(Instant at, Long elements) {
    return from(
        new Origin(aside(), at, elements, checkpoint(), author(), origin.response(), added()));
  }

  /** These fields of a question that this user asked; null where that is not told. */
  public ElementFields by(String user) {
    return user == null
        ? this
        : from(
            new Origin(aside(), began(), after(), checkpoint(), user, origin.response(), added()));
  }

  /**
   * These fields with the note of a response, or, for null, without one.
   *
   * @throws IllegalArgumentException if it is not one JSON object
   */
  public ElementFields responding(String json) {
    return json == null && !isResponse()
        ? this
        : responding(json == null ? null : ResponseJson.of(json));
  }

  /** These fields with a note, or, for null, without one. */
  ElementFields responding(ResponseJson note) {
    return from(new Origin(aside(), began(), after(), checkpoint(), author(), note, added()));
  }

  /** These fields of an element whose bytes were copied, from a place of an array on. */
  ElementFields movedTo(byte[] copy, byte[] original, int offset) {
    return isResponse() ? responding(origin.response().movedTo(copy, original, offset)) : this;
  }

  /** What stays of these fields of a message that is erased in part. */
  public ElementFields with(ElementFields rest) {
    AnswerStatus is = rest.status == null ? status : rest.status;
    boolean isAdded = added() || rest.added();
    Origin told =
        new Origin(
            aside(), began(), after(), checkpoint(), author(), rest.origin.response(), isAdded);
    return new ElementFields(id, parentKnown, parentId, timestamp, model, finishReason, is, told);
  }

  /** What stays of these fields when the element is erased. */
  ElementFields ofTombstone() {
    ElementFields stays =
        new ElementFields(
            Objects.requireNonNull(id, "id"), parentKnown, parentId, timestamp, null, null, null);
    // Without a place only this tells which system message it was.
    return aside() && !parentKnown ? stays.asAside() : stays;
  }

  private ElementFields from(Origin other) {
    return new ElementFields(
        id, parentKnown, parentId, timestamp, model, finishReason, status, other);
  }

  byte[] toJsonFields() {
    StringBuilder out = new StringBuilder();
    append(out, "id", id);
    if (parentKnown && parentId == null) {
      out.append(out.isEmpty() ? "" : ",").append("\"parent_id\":null");
    }
    append(out, "parent_id", parentId);
    append(out, BEGAN, began() == null ? null : Times.format(began()));
    if (after() != null) {
      out.append(out.isEmpty() ? "" : ",").append('"').append(AFTER).append("\":").append(after());
    }
    append(out, "timestamp", timestamp == null ? null : Times.format(timestamp));
    append(out, "model", model);
    append(out, "finish_reason", finishReason);
    append(out, "status", status == null ? null : status.wireName());
    if (aside()) {
      out.append(out.isEmpty() ? "" : ",").append("\"aside\":true");
    }
    if (checkpoint()) {
      out.append(out.isEmpty() ? "" : ",").append('"').append(CHECKPOINT).append("\":true");
    }
    if (added()) {
      out.append(out.isEmpty() ? "" : ",").append('"').append(ADDED).append("\":true");
    }
    append(out, AUTHOR, author());
    if (isResponse()) {
      out.append(out.isEmpty() ? "" : ",").append('"').append(RESPONSE).append("\":");
      out.append(response());
    }
    return Json.utf8(out.toString());
  }

  private static void append(StringBuilder out, String name, String value) {
    if (value != null) {
      out.append(out.isEmpty() ? "" : ",").append('"').append(name).append("\":");
      out.append(Json.quote(value));
    }
  }
}
