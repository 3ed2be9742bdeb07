package dev.helix.openai.responses;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.items.JsonValues;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.Metadata;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The response's fields that say what was asked, all of them and in the order in which it has them.
 * One for each body.
 */
final class AskedFields {
  private static final int FEWEST_TOKENS = 16;

  private final JsonFields body;
  private final JsonValues values;

  private AskedFields(JsonFields body, JsonValues values) {
    this.body = body;
    this.values = values;
  }

  /** Checks the fields, and says them with what holds where one is absent. */
  static Map<String, Object> of(
      JsonFields body,
      JsonValues values,
      ResponseRequestReader state,
      TextFormat text,
      RequestTools tools)
      throws InvalidRequestException {
    return new AskedFields(body, values).of(state, text, tools);
  }

  private Map<String, Object> of(ResponseRequestReader state, TextFormat text, RequestTools tools)
      throws InvalidRequestException {
    Map<String, Object> asked = new LinkedHashMap<>();
    String conversation = state.conversation();
    asked.put("background", state.background());
    asked.put("conversation", conversation == null ? null : Map.of("id", conversation));
    asked.put("instructions", body.text("instructions"));
    asked.put("max_output_tokens", atLeast("max_output_tokens", FEWEST_TOKENS));
    asked.put("max_tool_calls", atLeast("max_tool_calls", 1));
    asked.put("metadata", Metadata.of(body));
    asked.put("model", state.model());
    asked.put("parallel_tool_calls", body.flag("parallel_tool_calls", true));
    asked.put("previous_response_id", state.previous());
    asked.put("presence_penalty", number("presence_penalty", 0));
    asked.put("frequency_penalty", number("frequency_penalty", 0));
    asked.put("prompt_cache_key", body.text("prompt_cache_key"));
    asked.put("reasoning", reasoning());
    asked.put("safety_identifier", body.text("safety_identifier"));
    asked.put("service_tier", tier(body.text("service_tier")));
    asked.put("store", state.store());
    asked.put("temperature", temperature());
    asked.put("text", text.echo());
    asked.put("tool_choice", body.get("tool_choice") == null ? "auto" : value("tool_choice"));
    asked.put("tools", tools.echo());
    asked.put("top_logprobs", integer("top_logprobs"));
    asked.put("top_p", number("top_p", 1));
    asked.put("truncation", truncation());
    asked.put("user", body.text("user"));
    return asked;
  }

  private Object value(String name) throws InvalidRequestException {
    return values.of(body.get(name));
  }

  private Object number(String name, int absent) throws InvalidRequestException {
    return body.number(name) == null ? (Object) absent : value(name);
  }

  private Object integer(String name) throws InvalidRequestException {
    return body.integer(name) == null ? (Object) 0 : value(name);
  }

  private Object atLeast(String name, int least) throws InvalidRequestException {
    BigDecimal value = body.integer(name);
    if (value != null && value.compareTo(BigDecimal.valueOf(least)) < 0) {
      throw new InvalidRequestException(
          "integer_below_min_value", name, "'" + name + "' must be at least " + least + ".");
    }
    return value(name);
  }

  private Object temperature() throws InvalidRequestException {
    BigDecimal value = body.number("temperature");
    boolean below = value != null && value.signum() < 0;
    if (below || (value != null && value.compareTo(BigDecimal.valueOf(2)) > 0)) {
      throw new InvalidRequestException(
          below ? "decimal_below_min_value" : "decimal_above_max_value",
          "temperature",
          "'temperature' must be at least 0 and at most 2.");
    }
    return number("temperature", 1);
  }

  private static String tier(String asked) {
    return asked == null || asked.equals("auto") ? "default" : asked;
  }

  private Map<String, Object> reasoning() throws InvalidRequestException {
    JsonFields reasoning = body.fields("reasoning");
    if (reasoning == null) {
      return null;
    }
    Map<String, Object> echo = new LinkedHashMap<>();
    echo.put("effort", reasoning.text("effort"));
    echo.put("summary", reasoning.text("summary"));
    return echo;
  }

  private String truncation() throws InvalidRequestException {
    String truncation = body.text("truncation");
    if (truncation != null && !truncation.equals("auto") && !truncation.equals("disabled")) {
      throw InvalidField.wrongValue("truncation", "'auto' or 'disabled'");
    }
    return truncation == null ? "disabled" : truncation;
  }
}
