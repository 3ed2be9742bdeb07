package dev.helix.openai.responses;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import java.util.ArrayList;
import java.util.List;

/**
 * The chunks of a chat answer, in short, with bars between them: {@code text=}, {@code thought=},
 * {@code call=INDEX,ID,NAME,ARGUMENTS}, {@code finish=REASON}, {@code usage}, {@code done}, and
 * {@code delta=} with any fields. Texts are the inside of a JSON string.
 */
public final class ChunkScript {
  private static final String USAGE =
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10,"
          + "\"prompt_tokens_details\":{\"cached_tokens\":2},"
          + "\"completion_tokens_details\":{\"reasoning_tokens\":1}}}";

  private ChunkScript() {}

  /** The data of its events. */
  public static List<String> of(String script) {
    List<String> chunks = new ArrayList<>();
    for (String each : script.split("\\|", -1)) {
      String[] parts = each.split("=", 2);
      chunks.add(
          switch (parts[0]) {
            case "text" -> delta("\"content\":\"" + parts[1] + "\"");
            case "thought" -> delta("\"reasoning_content\":\"" + parts[1] + "\"");
            case "delta" -> delta(parts[1]);
            case "call" -> call(parts[1].split(",", 4));
            case "finish" -> Completions.finish(parts[1]);
            case "usage" -> USAGE;
            case "done" -> Completions.DONE;
            default -> throw new IllegalArgumentException(each);
          });
    }
    return chunks;
  }

  private static String delta(String fields) {
    return "{\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{" + fields + "}}]}";
  }

  private static String call(String[] parts) {
    String id = parts[1].isEmpty() ? "" : "\"id\":\"" + parts[1] + "\",\"type\":\"function\",";
    String name = parts[2].isEmpty() ? "" : "\"name\":\"" + parts[2] + "\",";
    String arguments = "\"arguments\":\"" + parts[3].replace("\"", "\\\"") + "\"";
    return delta(
        ("\"tool_calls\":[{\"index\":" + parts[0] + "," + id)
            + ("\"function\":{" + name + arguments + "}}]"));
  }

  /** Gives them as a stream, the last one with its end. */
  public static void give(Call call, String script) {
    List<String> chunks = of(script);
    call.beginSse();
    chunks.subList(0, chunks.size() - 1).forEach(call::sse);
    call.endWith(chunks.subList(chunks.size() - 1, chunks.size()));
  }
}
