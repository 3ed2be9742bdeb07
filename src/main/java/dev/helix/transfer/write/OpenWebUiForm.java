package dev.helix.transfer.write;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.Message;
import dev.helix.session.SessionState;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Sessions as an array of chats that Open WebUI imports, with all their branches. Not thread-safe.
 */
public final class OpenWebUiForm implements WrittenForm {
  private boolean first = true;

  @Override
  public void begin(OutputStream out) throws IOException {
    out.write('[');
  }

  @Override
  public void end(OutputStream out) throws IOException {
    out.write("]\n".getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean write(WrittenSession session, OutputStream out) throws IOException {
    OpenWebUiTree tree = OpenWebUiTree.of(session.transcript());
    if (tree.messages().isEmpty()) {
      return false;
    }
    out.write((first ? "\n" : ",\n").getBytes(StandardCharsets.UTF_8));
    first = false;
    out.write(json(chat(session, tree)));
    return true;
  }

  private static ObjectNode chat(WrittenSession session, OpenWebUiTree tree) {
    SessionState state = session.state();
    ObjectNode element = Json.MAPPER.createObjectNode();
    String id = state.conversationId();
    element.put("id", id == null ? state.sessionId().value() : id);
    element.put("user_id", state.owner().user() == null ? "" : state.owner().user());
    element.put("title", session.name());
    ObjectNode chat = element.putObject("chat");
    chat.put("title", session.name());
    ArrayNode models = chat.putArray("models");
    tree.models().forEach(models::add);
    Message system = session.transcript().system();
    if (system != null) {
      chat.putObject("params").put("system", system.text());
    }
    ObjectNode history = chat.putObject("history");
    history.put("currentId", tree.shown());
    ObjectNode messages = history.putObject("messages");
    for (Map.Entry<String, ObjectNode> message : tree.messages().entrySet()) {
      messages.set(message.getKey(), message.getValue());
    }
    chat.putArray("messages");
    chat.put("timestamp", state.createdAt().toEpochMilli());
    element.put("created_at", state.createdAt().getEpochSecond());
    element.put("updated_at", state.updatedAt().getEpochSecond());
    element.put("archived", false).put("pinned", false);
    element.putNull("share_id").putNull("folder_id").putObject("meta");
    return element;
  }

  private static byte[] json(ObjectNode element) {
    try {
      return Json.utf8(Json.MAPPER.writeValueAsString(element));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }
}
