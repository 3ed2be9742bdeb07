package dev.helix.openai.responses;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.openai.items.CallCheck;
import dev.helix.openai.items.Compactions;
import dev.helix.openai.items.Included;
import dev.helix.openai.items.InputItem;
import dev.helix.openai.items.InputReader;
import dev.helix.openai.items.JsonValues;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.RequestJson;
import java.util.List;
import java.util.Map;

/**
 * Reads the body of a request to make a response, and says what of it a chat backend is sent and
 * what the response tells again. What some upstream may take is left to it. One for each body.
 */
final class ResponseRequestReader {
  private final JsonFields body;
  private final ResponseSettings settings;
  private final RequestPurpose purpose;
  private final JsonValues values = new JsonValues();
  private Map<String, JsonRope> sent = Map.of();
  private Map<String, Object> asked = Map.of();
  private String model;
  private boolean stream;
  private boolean store;
  private boolean background;
  private Included included;
  private JsonSlice instructions;
  private String previous;
  private String conversation;
  private List<String> leftOut = List.of();
  private List<InputItem> items = List.of();

  private ResponseRequestReader(
      JsonFields body, RequestPurpose purpose, ResponseSettings settings) {
    this.body = body;
    this.purpose = purpose;
    this.settings = settings;
  }

  /** Reads a body, which must not be changed afterwards. */
  static ResponseRequestReader read(
      byte[] body, RequestPurpose purpose, Compactions compactions, ResponseSettings settings)
      throws InvalidRequestException {
    ResponseRequestReader reader =
        new ResponseRequestReader(JsonFields.ofBody(RequestJson.utf8(body)), purpose, settings);
    reader.read(compactions);
    return reader;
  }

  RequestPurpose purpose() {
    return purpose;
  }

  /** The model that is named; null for none. */
  String model() {
    return model;
  }

  boolean stream() {
    return stream;
  }

  boolean store() {
    return store;
  }

  boolean background() {
    return background;
  }

  /** What is told of a response that is not told otherwise. */
  Included included() {
    return included;
  }

  /** A text that says something, as it came; null for none. */
  JsonSlice instructions() {
    return instructions;
  }

  String previous() {
    return previous;
  }

  String conversation() {
    return conversation;
  }

  /** The fields of the chat request besides the model and the messages. */
  Map<String, JsonRope> sent() {
    return sent;
  }

  Map<String, Object> asked() {
    return asked;
  }

  List<String> leftOut() {
    return leftOut;
  }

  List<InputItem> items() {
    return items;
  }

  /** In the order in which what is wrong is told. */
  private void read(Compactions compactions) throws InvalidRequestException {
    model = notEmpty(body.text("model"));
    if (model == null && purpose.needsModel()) {
      throw InvalidField.missing("model");
    }
    if (body.get("messages") != null) {
      throw new InvalidRequestException(
          "unsupported_parameter",
          "messages",
          "Unsupported parameter: 'messages'. Here it is 'input'.");
    }
    JsonSlice input = purpose.needsInput() ? body.need("input") : body.get("input");
    state();
    TextFormat text = TextFormat.read(body.fields("text"), values);
    RequestTools tools = RequestTools.read(body.get("tools"), values, settings.leaveOutTools());
    ToolChoice choice = ToolChoice.read(body, tools);
    leftOut = tools.leftOut();
    asked = AskedFields.of(body, values, this, text, tools);
    included = Included.of(body.get("include"));
    Map<String, JsonRope> fields =
        SentFields.of(body, stream || background, text, choice, included, settings.maxTokens());
    sent =
        switch (purpose) {
          case SUMMARY -> SentFields.ofSummary(fields);
          case FRAME -> SentFields.ofFrame(fields);
          default -> fields;
        };
    items = input == null ? List.of() : InputReader.read(input, compactions);
    checkState();
    if (items.isEmpty() && isEmpty(input) && previous == null && conversation == null) {
      throw saysNothing();
    }
  }

  static InvalidRequestException saysNothing() {
    return new InvalidRequestException(
        "missing_required_parameter",
        null,
        "One of 'input', 'previous_response_id' and 'conversation' must say something.");
  }

  /** Whether nothing is given, and not only what is passed over. */
  private static boolean isEmpty(JsonSlice input) {
    return input == null || input.isString() || input.json().substring(1).strip().equals("]");
  }

  private void state() throws InvalidRequestException {
    stream =
        purpose == RequestPurpose.FRAME || (body.flag("stream", false) && purpose.isResponse());
    store = body.flag("store", true) && purpose.isResponse();
    background = body.flag("background", false) && purpose.isResponse();
    previous = notEmpty(body.text("previous_response_id"));
    JsonSlice named = body.get("conversation");
    if (named != null && !named.isString() && !named.isObject()) {
      throw InvalidField.wrongType("conversation", "a string or an object");
    }
    boolean object = named != null && named.isObject();
    conversation =
        notEmpty(object ? body.fields("conversation").needText("id") : body.text("conversation"));
    JsonSlice said = body.string("instructions");
    instructions = said == null || said.length() == 2 ? null : said;
  }

  /** What is asked of what is kept. */
  private void checkState() throws InvalidRequestException {
    if (previous != null && conversation != null) {
      throw both();
    }
    if (background && purpose == RequestPurpose.FRAME) {
      throw new InvalidRequestException(
          "unsupported_parameter",
          "background",
          "Nothing is made in the background over a WebSocket: leave 'background' out.");
    }
    if (background && !store) {
      throw new InvalidRequestException(
          "invalid_value", "background", "'background' needs 'store' to be true.");
    }
    JsonSlice prompt = body.get("prompt");
    if (prompt != null) {
      String id = prompt.isObject() ? body.fields("prompt").needText("id") : body.text("prompt");
      throw new InvalidRequestException(
          new ApiError(
              404,
              "Prompt with id '" + CallCheck.shown(id) + "' not found.",
              "invalid_request_error",
              null,
              null));
    }
  }

  /** What is said where a response and a conversation are to be followed. */
  static InvalidRequestException both() {
    return new InvalidRequestException(
        "mutually_exclusive_parameters",
        null,
        "'previous_response_id' and 'conversation' are mutually exclusive.");
  }

  private static String notEmpty(String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
