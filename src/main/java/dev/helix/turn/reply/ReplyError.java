package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.helix.http.ApiError;
import dev.helix.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The error that a backend gave, in whatever form: OpenAI's, other JSON, a page, an event or plain
 * text. An error object of OpenAI's form keeps all it has and is completed to its four keys; of
 * anything else the words are kept. What is told of its message is bounded. Immutable.
 */
public final class ReplyError {
  /** How much of a body is looked through for an error. */
  static final int MOST_BYTES = 256 * 1024;

  /** For the status of an error that came under one of success. */
  private static final int UNNAMED = -1;

  private final int status;
  private final ObjectNode whole;

  /** An error with this status for the caller; {@code whole} has a complete object in "error". */
  private ReplyError(int status, ObjectNode whole) {
    this.status = status;
    this.whole = whole;
  }

  /** The error in the body of a reply with an error's status, which may have been cut. */
  public static ReplyError of(int status, byte[] body) {
    JsonNode json = json(body);
    if (json != null) {
      return of(status, json, body);
    }
    String text = new String(body, StandardCharsets.UTF_8).strip();
    EventText event = EventText.firstIn(text);
    return event == null ? ofWords(status, ErrorWords.of(text)) : event.error(status);
  }

  /** The error in a reply whose status tells of none; null where there is no error either. */
  public static ReplyError underSuccess(byte[] body) {
    byte[] begin = body.length > MOST_BYTES ? Arrays.copyOf(body, MOST_BYTES) : body;
    JsonNode json = json(begin);
    return json != null && isError(json) ? of(UNNAMED, json, begin) : null;
  }

  /** The error in a body that is known to have one. */
  static ReplyError of(byte[] body) {
    return of(UNNAMED, body);
  }

  /** The error that is this, as {@link UpstreamJson} reads it. */
  static ReplyError ofValue(Object error) {
    return of(UpstreamJson.bytes(Map.of("error", error)));
  }

  /** What a page says of itself, masked; empty where the body is none. */
  public static String headline(byte[] body, UnaryOperator<String> mask) {
    String text = new String(body, StandardCharsets.UTF_8).strip();
    String words = text.startsWith("<") ? ErrorWords.ofPage(text) : "";
    return ErrorWords.bounded(mask.apply(words));
  }

  /** The error in one event of a stream, as it came; null where it has none. */
  static ReplyError inEvent(byte[] event) {
    EventText text = EventText.firstIn(new String(event, StandardCharsets.UTF_8));
    return text != null && text.isError() ? text.error(UNNAMED) : null;
  }

  static ReplyError of(int status, JsonNode json, byte[] body) {
    ObjectNode given =
        (json.isArray() ? json.path(0) : json) instanceof ObjectNode object ? object : null;
    if (given != null && given.path("error").isObject() && !given.path("error").isEmpty()) {
      ObjectNode whole = given.deepCopy();
      complete(status, (ObjectNode) whole.get("error"), given);
      return new ReplyError(status(status, (ObjectNode) whole.get("error"), given), whole);
    }
    if (given != null && isFlat(given)) {
      ObjectNode whole = Json.MAPPER.createObjectNode();
      ObjectNode error = whole.putObject("error").setAll(given.deepCopy());
      error.remove("object");
      if (error.path("type").asText("").equals("error")) {
        error.remove("type");
      }
      complete(status, error, given);
      return new ReplyError(status(status, error, given), whole);
    }
    String words = ErrorWords.of(json);
    if (words.isEmpty() && !json.isEmpty()) {
      // It is no form that is known: as it is.
      words = ErrorWords.of(new String(body, StandardCharsets.UTF_8).strip());
    }
    return ofWords(status, given == null ? 502 : status(status, given, given), words);
  }

  static ReplyError ofWords(int status, String words) {
    return ofWords(status, 502, words);
  }

  private static ReplyError ofWords(int given, int named, String words) {
    int status = given == UNNAMED ? named : given;
    ApiError error =
        new ApiError(status, message(given, words), type(status), null, "upstream_error");
    ObjectNode whole = Json.MAPPER.createObjectNode();
    whole
        .putObject("error")
        .put("message", error.message())
        .put("type", error.type())
        .putNull("param")
        .put("code", error.code());
    return new ReplyError(status, whole);
  }

  private static String message(int status, String words) {
    String answered =
        status == UNNAMED
            ? "The upstream answered with an error"
            : "The upstream answered with status " + status;
    if (!words.isEmpty()) {
      return answered + ": " + words;
    }
    return answered + (status == UNNAMED ? " that says nothing." : " and no error to be read.");
  }

  private static void complete(int status, ObjectNode error, ObjectNode given) {
    String words = error.path("message").asText("").strip();
    if (!error.path("message").isTextual() || words.isEmpty()) {
      words = ErrorWords.of(error);
      if (words.isEmpty()) {
        ObjectNode siblings = given.deepCopy();
        siblings.remove("error");
        words = ErrorWords.of(siblings);
      }
    }
    error.put("message", words.isEmpty() ? message(status, "") : words);
    if (!error.path("type").isTextual()) {
      error.put("type", type(status(status, error, given)));
    }
    for (String key : List.of("param", "code")) {
      if (!error.has(key)) {
        error.putNull(key);
      }
    }
  }

  /** Whether JSON under a status of success is an error all the same. */
  static boolean isError(JsonNode json) {
    JsonNode given = json.isArray() ? json.path(0) : json;
    JsonNode error = given.path("error");
    if (!given.path("choices").isEmpty()) {
      // Some servers put an empty error beside each answer.
      return says(error);
    }
    return isFlat(given)
        || (error.isContainerNode() ? !error.isEmpty() : says(error))
        || !ErrorWords.of(given.path("detail")).isEmpty();
  }

  /**
   * Whether this is an error where there are choices too, as {@link UpstreamJson} reads it: some
   * servers put an empty one beside each answer.
   */
  static boolean isBesideChoices(Object error) {
    return !UpstreamJson.isEmpty(error)
        && says(json(UpstreamJson.bytes(Map.of("error", error))).path("error"));
  }

  /** What the choices have of an error; null where they have none. */
  static Object inChoices(List<?> choices) {
    Object failed = null;
    for (Object each : choices) {
      if (each instanceof Map<?, ?> choice) {
        if (isBesideChoices(choice.get("error"))) {
          return choice.get("error");
        }
        failed = "error".equals(choice.get("finish_reason")) ? true : failed;
      }
    }
    return failed;
  }

  /** Whether there is a value in it that stands for something. */
  private static boolean says(JsonNode json) {
    if (json.isContainerNode()) {
      for (JsonNode each : json) {
        if (says(each)) {
          return true;
        }
      }
      return false;
    }
    return json.isTextual()
        ? !json.textValue().isBlank()
        : json.asDouble() != 0 || json.asBoolean();
  }

  /** Whether the object is an error by itself, as vLLM gives it. */
  private static boolean isFlat(JsonNode given) {
    return given.path("object").asText("").equals("error")
        || (given.path("type").asText("").equals("error") && given.path("message").isTextual());
  }

  /** The status for the caller: the reply's own, else the one that the error names, else 502. */
  private static int status(int given, ObjectNode error, ObjectNode whole) {
    if (given != UNNAMED) {
      return given;
    }
    for (JsonNode named :
        List.of(
            error.path("code"),
            error.path("status"),
            error.path("status_code"),
            whole.path("status"),
            whole.path("code"))) {
      int code = named.asInt();
      if (code >= 400 && code < 600) {
        return code;
      }
    }
    return 502;
  }

  private static String type(int status) {
    if (status == 429) {
      return "rate_limit_error";
    }
    return status >= 400 && status < 500 ? "invalid_request_error" : "upstream_error";
  }

  /**
   * What there is of a JSON object or array, up to where it breaks off, or a text; null where it is
   * none of these.
   */
  static JsonNode json(byte[] bytes) {
    Deque<JsonNode> open = new ArrayDeque<>();
    JsonNode root = null;
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(UpstreamJson.utf8(bytes))) {
      parser.setCodec(Json.MAPPER);
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructEnd()) {
          open.pop();
        } else if (token != JsonToken.FIELD_NAME) {
          JsonNode value =
              switch (token) {
                case START_OBJECT -> Json.MAPPER.createObjectNode();
                case START_ARRAY -> Json.MAPPER.createArrayNode();
                default -> parser.readValueAsTree();
              };
          if (root == null) {
            root = value;
          } else if (open.peek() instanceof ObjectNode object) {
            object.set(parser.currentName(), value);
          } else if (open.peek() instanceof ArrayNode array) {
            array.add(value);
          }
          if (token.isStructStart()) {
            open.push(value);
          }
        }
        if (open.isEmpty()) {
          break;
        }
      }
      if (root != null && root.isValueNode()) {
        // Else it is a text that begins like one, such as "502 Bad Gateway".
        return root.isTextual() && parser.nextToken() == null ? root : null;
      }
    } catch (IOException brokenOff) {
      // What came before it counts.
    }
    return root == null || root.isEmpty() ? null : root;
  }

  /** This error without what the function takes out of its texts and names. */
  public ReplyError masked(UnaryOperator<String> mask) {
    return new ReplyError(status, (ObjectNode) mask(whole, mask));
  }

  private static JsonNode mask(JsonNode json, UnaryOperator<String> mask) {
    if (json instanceof ObjectNode object) {
      ObjectNode masked = Json.MAPPER.createObjectNode();
      object
          .properties()
          .forEach(field -> masked.set(mask.apply(field.getKey()), mask(field.getValue(), mask)));
      return masked;
    }
    if (json instanceof ArrayNode array) {
      ArrayNode masked = Json.MAPPER.createArrayNode();
      array.forEach(each -> masked.add(mask(each, mask)));
      return masked;
    }
    return json.isTextual() ? TextNode.valueOf(mask.apply(json.textValue())) : json;
  }

  /** The status for the caller. */
  public int status() {
    return status;
  }

  /** What went wrong, for a person. */
  public String message() {
    return ErrorWords.bounded(whole.path("error").path("message").textValue());
  }

  /** The body for the caller, in UTF-8. */
  public byte[] toJson() {
    ObjectNode told = whole.deepCopy();
    ((ObjectNode) told.get("error")).put("message", message());
    return told.toString().getBytes(StandardCharsets.UTF_8);
  }
}
