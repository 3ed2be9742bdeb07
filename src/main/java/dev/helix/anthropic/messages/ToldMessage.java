package dev.helix.anthropic.messages;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.openai.request.JsonBytes;
import dev.helix.text.Json;
import dev.helix.turn.reply.AnswerSoFar;
import dev.helix.turn.reply.AnswerTexts;
import dev.helix.turn.reply.AnswerTexts.Fields;
import dev.helix.turn.reply.AnswerTexts.Place;
import dev.helix.turn.reply.TokenUsage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A message as a caller is told of it, and what of an answer it is made. Immutable.
 *
 * @param id its id
 * @param model the model that was asked; null for none
 * @param stops the texts before which the answer was to stop
 * @param thoughts whether what a model thought is told
 */
record ToldMessage(String id, String model, Set<String> stops, boolean thoughts) {
  private static final String PREFIX = "msg_";

  /** What is around arguments that are no JSON object. */
  private static final String RAW = "{\"arguments\":";

  private JsonBytes begin(String named) {
    String of = named == null ? model : named;
    return new JsonBytes(512)
        .raw("{\"id\":\"")
        .raw(id)
        .raw("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":")
        .string(of == null ? "" : of)
        .raw(",\"content\":[");
  }

  /** The message of which nothing is said yet. */
  byte[] begun() {
    return begin(null)
        .raw("],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":")
        .raw(usage(TokenUsage.NONE))
        .raw("}")
        .toArray();
  }

  /**
   * The whole message.
   *
   * @param named the model that the backend names; null for none
   * @param usage null where the backend tells nothing of it
   */
  byte[] whole(String named, AnswerSoFar answer, TokenUsage usage) {
    JsonBytes out = begin(named);
    Fields fields = answer::field;
    Place thought = thoughts ? AnswerTexts.thoughts(fields) : null;
    String between = "";
    if (thought != null) {
      out.raw("{\"type\":\"thinking\",\"thinking\":")
          .string(thought.text(fields))
          .raw(",\"signature\":\"" + MessageEvents.SIGNATURE + "\"}");
      between = ",";
    }
    List<Map<?, ?>> calls = AnswerTexts.calls(fields);
    boolean alone = thought == null && calls.isEmpty();
    for (Place place : new Place[] {Place.TEXT, Place.REFUSAL}) {
      CharSequence text = place.text(fields);
      if (!AnswerTexts.isBlank(text) || (alone && text.length() > 0)) {
        out.raw(between).raw("{\"type\":\"text\",\"text\":").string(text).raw("}");
        between = ",";
      }
    }
    for (int i = 0; i < calls.size(); i++) {
      out.raw(between)
          .raw("{\"type\":\"tool_use\",\"id\":")
          .string(callId(calls.get(i), i))
          .raw(",\"name\":")
          .string(AnswerTexts.name(calls.get(i)))
          .raw(",\"input\":")
          .raw(Json.utf8(input(calls.get(i))))
          .raw("}");
      between = ",";
    }
    return out.raw("],").raw(end(answer)).raw(",\"usage\":").raw(usage(usage)).raw("}").toArray();
  }

  /** The id of a call at its place among the calls, also where the backend has given it none. */
  String callId(Map<?, ?> call, int index) {
    return AnswerTexts.callId(call, none -> "toolu_" + id.substring(PREFIX.length()) + "_" + index);
  }

  /** What a tool is given: an object in JSON, in which arguments that are none stand as a text. */
  static String input(Map<?, ?> call) {
    String arguments = AnswerTexts.arguments(call).toString().strip();
    if (arguments.isEmpty()) {
      return "{}";
    }
    return isObject(arguments) ? arguments : RAW + Json.quote(arguments) + "}";
  }

  private static boolean isObject(String json) {
    try (JsonParser parser = Json.FOREIGN.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
    } catch (IOException notJson) {
      return false;
    }
  }

  /**
   * The fields that say why an answer ended. That a stop sequence ended it, and which, only some
   * backends tell.
   */
  byte[] end(AnswerSoFar answer) {
    String reason = stopReason(answer);
    boolean stopped = reason.equals("end_turn") && stops.contains(answer.stoppedBefore());
    JsonBytes end = new JsonBytes(64).raw("\"stop_reason\":");
    return stopped
        ? end.raw("\"stop_sequence\",\"stop_sequence\":").string(answer.stoppedBefore()).toArray()
        : end.raw("\"").raw(reason).raw("\",\"stop_sequence\":null").toArray();
  }

  private static String stopReason(AnswerSoFar answer) {
    Fields fields = answer::field;
    String reason = answer.finishReason();
    return switch (reason == null ? "" : reason) {
      case "length", "max_tokens" -> "max_tokens";
      case "content_filter" -> "refusal";
      default -> {
        if (!AnswerTexts.calls(fields).isEmpty()) {
          yield "tool_use";
        }
        yield AnswerTexts.isBlank(Place.REFUSAL.text(fields)) ? "end_turn" : "refusal";
      }
    };
  }

  /** The usage, in which what was read before is not counted as input. */
  static byte[] usage(TokenUsage told) {
    TokenUsage used = told == null ? TokenUsage.NONE : told;
    return new JsonBytes(128)
        .raw("{\"input_tokens\":")
        .number(Math.max(0, used.input() - used.cached()))
        .raw(",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":")
        .number(used.cached())
        .raw(",\"output_tokens\":")
        .number(used.output())
        .raw("}")
        .toArray();
  }
}
