package wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** How the programs of clients talk with the tests: a question a line comes, what was heard goes, a line each. */
public final class Wire {
  public static final String URL = System.getenv("HELIX_URL") + "/v1";
  public static final String KEY = System.getenv("HELIX_KEY");
  public static final String MODEL = "scripted-1";
  public static final String HEADER = "X-Conversation-ID";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Wire() {}

  /** The next turn of a conversation. */
  public record Question(String text, boolean stream, boolean tools, String cancelAt, String how) {}

  /** Asks. It tells text to {@code hear} as it comes, which is true as soon as the client is to leave. */
  @FunctionalInterface
  public interface Conversation {
    void ask(Question question, Predicate<String> hear) throws Exception;

    /** What the server knows it by; null for the name that it was begun with. */
    default String id() {
      return null;
    }
  }

  /** What the tool does that the model may call; the arguments are JSON. */
  public static String getWeather(String arguments) {
    try {
      return "sunshine in " + JSON.readTree(arguments).path("city").asText();
    } catch (IOException e) {
      throw new IllegalArgumentException(arguments, e);
    }
  }

  /** The version of the library that a class is of, by the name of its jar. */
  public static String version(Class<?> type) {
    String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    return jar.replaceFirst(".*?-([0-9][^/]*)[.]jar$", "$1");
  }

  private static final class Heard {
    final StringBuilder text = new StringBuilder();
    final String cancelAt;
    volatile boolean cancelled;

    Heard(String cancelAt) {
      this.cancelAt = cancelAt;
    }

    boolean hear(String piece) {
      text.append(piece == null ? "" : piece);
      cancelled = cancelAt != null && text.indexOf(cancelAt) >= 0;
      return cancelled;
    }
  }

  /** Takes questions until there are none, then ends the program. */
  public static void serve(String version, Function<String, Conversation> begin) throws IOException {
    PrintStream out = System.out;
    System.setOut(System.err); // what libraries print
    out.println(JSON.createObjectNode().put("version", version));
    out.flush();
    Map<String, Conversation> conversations = new HashMap<>();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode asked = JSON.readTree(line);
      String cancelAt = asked.path("cancelAt").isTextual() ? asked.path("cancelAt").asText() : null;
      Heard heard = new Heard(cancelAt);
      ObjectNode answer = JSON.createObjectNode();
      try {
        conversations
            .computeIfAbsent(asked.path("conversation").asText(), begin)
            .ask(
                new Question(
                    asked.path("question").asText(),
                    asked.path("stream").asBoolean(),
                    asked.path("tools").asBoolean(),
                    cancelAt,
                    asked.path("how").asText()),
                heard::hear);
      } catch (UnsupportedOperationException e) {
        answer.put("cannot", e.getMessage());
      } catch (Exception e) {
        e.printStackTrace();
        answer.put("error", told(e));
      }
      Conversation conversation = conversations.get(asked.path("conversation").asText());
      answer.put("conversation", conversation == null ? null : conversation.id());
      out.println(answer.put("text", heard.text.toString()).put("cancelled", heard.cancelled));
      out.flush();
    }
    System.exit(0);
  }

  /** An error with its causes. */
  private static String told(Throwable error) {
    String told = String.valueOf(error);
    return error.getCause() == null ? told : told + "; " + told(error.getCause());
  }
}
