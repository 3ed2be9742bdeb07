package dev.helix.transfer.write;

import dev.helix.message.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A session's current path as a line of OpenAI's format for fine-tuning chat models: {@code
 * {"messages":[…]}}, of which the last is an answer. No state.
 */
public final class FineTuningForm implements WrittenForm {
  @Override
  public boolean write(WrittenSession session, OutputStream out) throws IOException {
    List<Message> messages = new ArrayList<>();
    Message system = session.transcript().system();
    if (system != null) {
      messages.add(system);
    }
    messages.addAll(session.path());
    while (!messages.isEmpty() && !messages.get(messages.size() - 1).isAssistant()) {
      messages.remove(messages.size() - 1);
    }
    if (messages.isEmpty() || messages.stream().noneMatch(each -> each.role().equals("user"))) {
      return false;
    }
    String separator = "{\"messages\":[";
    for (Message message : messages) {
      out.write(separator.getBytes(StandardCharsets.UTF_8));
      out.write(oneLine(message.sentJson(false)));
      separator = ",";
    }
    out.write("]}\n".getBytes(StandardCharsets.UTF_8));
    return true;
  }

  /** Outside of strings line ends are layout, and inside of them JSON allows none. */
  private static byte[] oneLine(byte[] json) {
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        json[i] = ' ';
      }
    }
    return json;
  }
}
