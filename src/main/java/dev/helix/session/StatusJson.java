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
import java.util.Objects;

/** A {@code status.json}: a {@link SessionState} among the fields that others keep there. */
final class StatusJson {
  private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");
  private static final ObjectWriter WRITER =
      Json.EXACT.writer(
          new DefaultPrettyPrinter()
              .withObjectIndenter(LINES)
              .withArrayIndenter(LINES)
              .withSeparators(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER)));

  private final ObjectNode fields;

  private StatusJson(ObjectNode fields) {
    this.fields = fields;
  }

  /**
   * Reads a content.
   *
   * @throws IllegalArgumentException if the bytes are not one JSON object
   */
  static StatusJson read(byte[] json) {
    try {
      if (Json.EXACT.readTree(json) instanceof ObjectNode fields) {
        return new StatusJson(fields);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not one JSON object", e);
    }
    throw new IllegalArgumentException("not one JSON object");
  }

  String originalRequest() {
    return text("original_request");
  }

  SessionState state(SessionId id) {
    Instant created = Times.parse(text("created_at"));
    Instant updated = Times.parse(text("updated_at"));
    Instant known = created != null ? created : updated != null ? updated : Instant.EPOCH;
    String request = originalRequest();
    // Of a background prompt, as the original kept it, the beginning would not tell what it is.
    boolean longPrompt = SessionState.isLong(request) && BackgroundPrompt.matches(request);
    String conversationId = text("conversation_id");
    return new SessionState(
        id,
        SessionStatus.ofWireName(text("status")).orElse(SessionStatus.DISCUSSING),
        Step.ofWireName(text("step")).orElse(Step.WHAT),
        known,
        updated != null ? updated : known,
        longPrompt ? null : request,
        text("project_name"),
        "".equals(conversationId) ? null : conversationId,
        owner(fields.path("owner")));
  }

  private String text(String field) {
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

  /** The content with a state in it; what means the same already stays as it is written. */
  byte[] with(SessionState state) {
    SessionState before = state(state.sessionId());
    fields.put("session_id", state.sessionId().value());
    put("status", state.status().wireName(), before.status().wireName());
    put("step", state.step().wireName(), before.step().wireName());
    put("created_at", Times.format(state.createdAt()), Times.format(before.createdAt()));
    put("updated_at", Times.format(state.updatedAt()), Times.format(before.updatedAt()));
    boolean isLong = SessionState.isLong(originalRequest());
    put("original_request", state.originalRequest(), isLong ? null : before.originalRequest());
    put("project_name", state.projectName(), before.projectName());
    put("conversation_id", state.conversationId(), before.conversationId());
    Owner owner = state.owner();
    if (!owner.equals(before.owner())) {
      fields.putObject("owner").put("tenant", owner.tenant()).put("user", owner.user());
    }
    try {
      return Json.utf8(WRITER.writeValueAsString(fields) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private void put(String field, String value, String before) {
    if (!fields.has(field) || !Objects.equals(value, before)) {
      fields.put(field, value);
    }
  }
}
