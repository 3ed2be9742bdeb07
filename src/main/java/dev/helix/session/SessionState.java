package dev.helix.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.BackgroundPrompt;
import dev.helix.text.Json;
import dev.helix.text.Times;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What is known of a session apart from its transcript: a snapshot, and what {@code status.json}
 * holds. Immutable; recording a turn looks at the store again. Times are kept to the microsecond.
 * Specification section 2.
 *
 * @param sessionId the session's name
 * @param status {@link SessionStatus#NEW} as long as nothing is stored
 * @param step what the session is working on
 * @param createdAt when the session began
 * @param updatedAt when it was last used; may be behind by a second after a crash
 * @param originalRequest the text of the first user message, of which at most 2,000 characters are
 *     kept, the last of them {@code …} where it goes on; null until there is one, empty where it
 *     was erased
 * @param projectName the application's name for the session, or null
 * @param conversationId the caller's raw conversation id; null where it named none
 * @param owner whose the session is, {@link Owner#ANONYMOUS} where nobody was asked; never null
 * @param provisional whether the original request is an aside's, and the next turn's takes its
 *     place
 * @param name what a person has called the session, or null; see {@link #title}
 */
public record SessionState(
    SessionId sessionId,
    SessionStatus status,
    Step step,
    Instant createdAt,
    Instant updatedAt,
    String originalRequest,
    String projectName,
    String conversationId,
    Owner owner,
    boolean provisional,
    String name) {
  private static final byte[] NOTHING = {'{', '}'};
  private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");
  private static final ObjectWriter WRITER =
      Json.EXACT.writer(
          new DefaultPrettyPrinter()
              .withObjectIndenter(LINES)
              .withArrayIndenter(LINES)
              .withSeparators(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER)));

  /** Names with an owner's hash, and some others. */
  private static final Pattern OWNERS = Pattern.compile(".*-[0-9a-f]{16}");

  private static final int LONGEST_REQUEST = 2000;

  private static final String GOES_ON = "…";

  private static final String PROVISIONAL = "original_request_provisional";

  private static final String TITLE = "title";

  /** A state whose original request stands. */
  public SessionState(
      SessionId sessionId,
      SessionStatus status,
      Step step,
      Instant createdAt,
      Instant updatedAt,
      String originalRequest,
      String projectName,
      String conversationId,
      Owner owner) {
    this(
        sessionId,
        status,
        step,
        createdAt,
        updatedAt,
        originalRequest,
        projectName,
        conversationId,
        owner,
        false,
        null);
  }

  public SessionState {
    Objects.requireNonNull(sessionId, "sessionId");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(owner, "owner");
    createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
    updatedAt = updatedAt.truncatedTo(ChronoUnit.MICROS);
    originalRequest = bounded(originalRequest);
  }

  private static String bounded(String request) {
    if (!isLong(request)) {
      return request;
    }
    int end = LONGEST_REQUEST - GOES_ON.length();
    boolean half = Character.isHighSurrogate(request.charAt(end - 1));
    return request.substring(0, half ? end - 1 : end) + GOES_ON;
  }

  /** Whether only the beginning of a text is kept, which may be null. */
  private static boolean isLong(String request) {
    return request != null && request.length() > LONGEST_REQUEST;
  }

  /** A session of which nothing is stored yet. */
  public static SessionState fresh(SessionId id, String conversationId, Owner owner, Instant now) {
    return new SessionState(
        id, SessionStatus.NEW, Step.WHAT, now, now, null, null, conversationId, owner);
  }

  /** What is known of a session whose stored state cannot be read: it opens to nobody. */
  public static SessionState unreadable(SessionId id, Instant used) {
    return new SessionState(
        id, SessionStatus.DISCUSSING, Step.WHAT, used, used, null, null, null, Owner.UNREADABLE);
  }

  /** Whether it cannot be read whose the session is. */
  public boolean isUnreadable() {
    return owner.equals(Owner.UNREADABLE);
  }

  /**
   * Whether the session's name is made with the owners' secret, as that of an adopted one is not.
   */
  public boolean isNamedForOwner() {
    return !owner.isAnonymous() && !isUnreadable() && OWNERS.matcher(sessionId.value()).matches();
  }

  /** This state with another status. */
  public SessionState withStatus(SessionStatus newStatus) {
    return with(newStatus, step, updatedAt, originalRequest, projectName, owner);
  }

  /** This state with another step. */
  public SessionState withStep(Step newStep) {
    return with(status, newStep, updatedAt, originalRequest, projectName, owner);
  }

  /** This state as last used at another time. */
  public SessionState withUpdatedAt(Instant time) {
    return with(status, step, time, originalRequest, projectName, owner);
  }

  SessionState withOriginalRequest(String text) {
    return withOriginalRequest(text, false);
  }

  SessionState withOriginalRequest(String text, boolean isProvisional) {
    return new SessionState(
        sessionId,
        status,
        step,
        createdAt,
        updatedAt,
        text,
        projectName,
        conversationId,
        owner,
        isProvisional,
        name);
  }

  /** This state with another project name, which may be null. */
  public SessionState withProjectName(String name) {
    return with(status, step, updatedAt, originalRequest, name, owner);
  }

  /** This state with another owner. */
  public SessionState withOwner(Owner newOwner) {
    return with(status, step, updatedAt, originalRequest, projectName, newOwner);
  }

  /** This state with a name that a person gave, as {@link SessionTitle#checked} gives it. */
  public SessionState withName(String newName) {
    return new SessionState(
        sessionId,
        status,
        step,
        createdAt,
        updatedAt,
        originalRequest,
        projectName,
        conversationId,
        owner,
        provisional,
        newName);
  }

  /** What the session is called in a list: its name, else the beginning of the request, or "". */
  public String title() {
    return name != null ? name : SessionTitle.of(originalRequest);
  }

  private SessionState with(
      SessionStatus is, Step at, Instant used, String request, String project, Owner whose) {
    return new SessionState(
        sessionId,
        is,
        at,
        createdAt,
        used,
        request,
        project,
        conversationId,
        whose,
        provisional,
        name);
  }

  /** Whether the original request is this text, or is made of its beginning. */
  public boolean isOfRequest(String text) {
    return text != null && bounded(text).equals(originalRequest);
  }

  /** Whether both are of one conversation of one owner, whatever their sessions are called. */
  public boolean isSameConversation(SessionState other) {
    return isOf(other.owner, other.conversationId);
  }

  /** Whether this is the owner's session of that conversation, null for one without an id. */
  boolean isOf(Owner asker, String askedFor) {
    return owner.equals(asker) && Objects.equals(conversationId, askedFor);
  }

  /** Whether the two differ in more than the time of last use. */
  public boolean differsBeyondUse(SessionState other) {
    return !equals(other.withUpdatedAt(updatedAt));
  }

  /**
   * Reads what {@link #toJson()} or the original wrote. Lenient about what is missing: a time
   * without a zone is in the system's, an unknown status or step is the first in use. Strict about
   * the owner: a session whose owner cannot be read is nobody's, and opens to nobody.
   *
   * @param id the session's name, which counts, whatever the JSON says
   * @throws IllegalArgumentException if the bytes are not one JSON object
   */
  public static SessionState parse(SessionId id, byte[] json) {
    return of(id, fields(json));
  }

  /**
   * The original request as a {@code status.json} has it, which may be longer than a state's; null
   * where there is none.
   *
   * @throws IllegalArgumentException if the bytes are not one JSON object
   */
  public static String wholeRequest(byte[] json) {
    return text(fields(json), "original_request");
  }

  /**
   * A {@code status.json} with an empty original request in the place of the one that it has, so
   * that none takes its place.
   *
   * @throws IllegalArgumentException if the bytes are not one JSON object
   */
  public static byte[] withoutRequest(byte[] json) {
    ObjectNode fields = fields(json);
    fields.put("original_request", "");
    fields.remove(PROVISIONAL);
    return written(fields);
  }

  /** The content of {@code status.json}, indented, in UTF-8. */
  public byte[] toJson() {
    return toJson(NOTHING);
  }

  /**
   * The content of {@code status.json} on top of an earlier one, of which every unknown field, and
   * every known one that means the same, stays as it is.
   *
   * @throws IllegalArgumentException if the earlier bytes are not one JSON object
   */
  public byte[] toJson(byte[] earlier) {
    ObjectNode fields = fields(earlier);
    SessionState before = of(sessionId, fields);
    fields.put("session_id", sessionId.value());
    put(fields, "status", status.wireName(), before.status.wireName());
    put(fields, "step", step.wireName(), before.step.wireName());
    put(fields, "created_at", Times.format(createdAt), Times.format(before.createdAt));
    put(fields, "updated_at", Times.format(updatedAt), Times.format(before.updatedAt));
    boolean isLong = isLong(text(fields, "original_request"));
    put(fields, "original_request", originalRequest, isLong ? null : before.originalRequest);
    if (provisional) {
      fields.put(PROVISIONAL, true);
    } else {
      fields.remove(PROVISIONAL);
    }
    put(fields, "project_name", projectName, before.projectName);
    if (name != null || before.name != null) {
      put(fields, TITLE, name, before.name);
    }
    put(fields, "conversation_id", conversationId, before.conversationId);
    if (!owner.equals(before.owner)) {
      fields.putObject("owner").put("tenant", owner.tenant()).put("user", owner.user());
    }
    return written(fields);
  }

  private static byte[] written(ObjectNode fields) {
    try {
      return Json.utf8(WRITER.writeValueAsString(fields) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private static ObjectNode fields(byte[] json) {
    try {
      if (Json.EXACT.readTree(json) instanceof ObjectNode fields) {
        return fields;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not one JSON object", e);
    }
    throw new IllegalArgumentException("not one JSON object");
  }

  private static SessionState of(SessionId id, ObjectNode fields) {
    Instant created = Times.parse(text(fields, "created_at"));
    Instant updated = Times.parse(text(fields, "updated_at"));
    Instant known = created != null ? created : updated != null ? updated : Instant.EPOCH;
    String request = text(fields, "original_request");
    // Of a background prompt, as the original kept it, the beginning would not tell what it is.
    boolean longPrompt = isLong(request) && BackgroundPrompt.matches(request);
    String conversationId = text(fields, "conversation_id");
    return new SessionState(
        id,
        SessionStatus.ofWireName(text(fields, "status")).orElse(SessionStatus.DISCUSSING),
        Step.ofWireName(text(fields, "step")).orElse(Step.WHAT),
        known,
        updated != null ? updated : known,
        longPrompt ? null : request,
        text(fields, "project_name"),
        "".equals(conversationId) ? null : conversationId,
        owner(fields.path("owner")),
        request != null && fields.path(PROVISIONAL).asBoolean(false),
        SessionTitle.stored(text(fields, TITLE)));
  }

  private static String text(ObjectNode fields, String field) {
    return fields.path(field).textValue();
  }

  private static Owner owner(JsonNode owner) {
    if (owner.isMissingNode() || owner.isNull()) {
      return Owner.ANONYMOUS;
    }
    String tenant = name(owner.path("tenant"));
    String user = name(owner.path("user"));
    boolean readable = !"".equals(tenant) && !"".equals(user) && (tenant != null || user != null);
    return readable ? new Owner(tenant, user) : Owner.UNREADABLE;
  }

  /** Null where that is what is written; "" where there is nothing, or no text. */
  private static String name(JsonNode value) {
    return value.isNull() ? null : value.isTextual() ? value.textValue() : "";
  }

  private static void put(ObjectNode fields, String field, String value, String before) {
    if (!fields.has(field) || !Objects.equals(value, before)) {
      fields.put(field, value);
    }
  }
}
