package dev.helix.session;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.message.BackgroundPrompt;
import dev.helix.text.Json;
import dev.helix.text.Times;
import java.io.IOException;
import java.time.Instant;

/** Picks what a {@link SessionState} has out of a {@code status.json}. Not thread-safe. */
final class StatusReader implements Json.FieldReader {
  /** In place of a name that is missing or no text. */
  private static final String NO_NAME = "";

  private String status;
  private String step;
  private Instant created;
  private Instant updated;
  private String originalRequest;
  private String projectName;
  private String conversationId;
  private Owner owner = Owner.ANONYMOUS;

  private StatusReader() {}

  static StatusReader read(byte[] json) {
    StatusReader reader = new StatusReader();
    try {
      Json.eachField(json, 0, json.length, reader);
    } catch (IOException e) {
      throw new IllegalArgumentException("not one JSON object", e);
    }
    return reader;
  }

  @Override
  public void field(String name, JsonParser value, int start) throws IOException {
    switch (name) {
      case "status" -> status = Json.textOrNull(value);
      case "step" -> step = Json.textOrNull(value);
      case "created_at" -> created = Times.parse(Json.textOrNull(value));
      case "updated_at" -> updated = Times.parse(Json.textOrNull(value));
      case "original_request" -> originalRequest = Json.textOrNull(value);
      case "project_name" -> projectName = Json.textOrNull(value);
      case "conversation_id" -> conversationId = Json.textOrNull(value);
      case "owner" -> owner = owner(value);
      default -> {
        // Another program's.
      }
    }
  }

  private static Owner owner(JsonParser value) throws IOException {
    if (value.currentToken() == JsonToken.VALUE_NULL) {
      return Owner.ANONYMOUS;
    }
    if (value.currentToken() != JsonToken.START_OBJECT) {
      return Owner.UNREADABLE;
    }
    String tenant = NO_NAME;
    String user = NO_NAME;
    while (value.nextToken() != JsonToken.END_OBJECT) {
      String name = value.currentName();
      value.nextToken();
      if (name.equals("tenant")) {
        tenant = name(value);
      } else if (name.equals("user")) {
        user = name(value);
      }
      value.skipChildren();
    }
    boolean readable =
        !NO_NAME.equals(tenant) && !NO_NAME.equals(user) && (tenant != null || user != null);
    return readable ? new Owner(tenant, user) : Owner.UNREADABLE;
  }

  private static String name(JsonParser value) throws IOException {
    return switch (value.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_STRING -> value.getText();
      default -> NO_NAME;
    };
  }

  String originalRequest() {
    return originalRequest;
  }

  SessionState state(SessionId id) {
    Instant known = created != null ? created : updated != null ? updated : Instant.EPOCH;
    return new SessionState(
        id,
        SessionStatus.ofWireName(status).orElse(SessionStatus.DISCUSSING),
        Step.ofWireName(step).orElse(Step.WHAT),
        known,
        updated != null ? updated : known,
        isLongPrompt() ? null : originalRequest,
        projectName,
        "".equals(conversationId) ? null : conversationId,
        owner);
  }

  /** Of a background prompt, as the original kept it, the beginning would not tell what it is. */
  private boolean isLongPrompt() {
    return SessionState.isLong(originalRequest) && BackgroundPrompt.matches(originalRequest);
  }
}
