package dev.helix.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.text.Json;
import dev.helix.text.Times;
import java.io.IOException;
import java.util.Objects;

/** Writes a {@link SessionState} into what a {@code status.json} says already. */
final class StatusWriter {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(Json.FACTORY.copy())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private StatusWriter() {}

  /** As {@link SessionState#toJson(byte[])}. */
  static byte[] write(SessionState state, byte[] earlier) {
    SessionState before = SessionState.parse(state.sessionId(), earlier);
    ObjectNode node = tree(earlier);
    node.put("session_id", state.sessionId().value());
    put(node, "status", state.status().wireName(), before.status().wireName());
    put(node, "step", state.step().wireName(), before.step().wireName());
    put(node, "created_at", Times.format(state.createdAt()), Times.format(before.createdAt()));
    put(node, "updated_at", Times.format(state.updatedAt()), Times.format(before.updatedAt()));
    String request = node.path("original_request").asText();
    String written = SessionState.isLong(request) ? null : before.originalRequest();
    put(node, "original_request", state.originalRequest(), written);
    put(node, "project_name", state.projectName(), before.projectName());
    put(node, "conversation_id", state.conversationId(), before.conversationId());
    Owner owner = state.owner();
    if (!owner.equals(before.owner())) {
      node.putObject("owner").put("tenant", owner.tenant()).put("user", owner.user());
    }
    try {
      DefaultIndenter lines = new DefaultIndenter("  ", "\n");
      DefaultPrettyPrinter printer =
          new DefaultPrettyPrinter()
              .withObjectIndenter(lines)
              .withArrayIndenter(lines)
              .withSeparators(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
      return Json.utf8(MAPPER.writer(printer).writeValueAsString(node) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private static void put(ObjectNode node, String field, String value, String before) {
    if (!node.has(field) || !Objects.equals(value, before)) {
      node.put(field, value);
    }
  }

  private static ObjectNode tree(byte[] json) {
    try {
      return (ObjectNode) MAPPER.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException("was just read as one JSON object", e);
    }
  }
}
