package dev.helix.anthropic.messages;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The fields of a chat request, besides model, messages and tools, that are made of a request's.
 * What has no other name in chat completions is not sent, as many servers refuse what they do not
 * know. Not changed once it is read.
 */
final class SentFields {
  private static final String[] SAME = {"temperature", "top_p", "top_k"};

  private final Map<String, JsonRope> sent = new LinkedHashMap<>();
  private final Set<String> stops = new HashSet<>();

  private SentFields() {}

  static SentFields of(JsonFields body, boolean stream) throws InvalidRequestException {
    SentFields fields = new SentFields();
    fields.send("max_completion_tokens", body.get("max_tokens"));
    for (String name : SAME) {
      if (body.number(name) != null) {
        fields.send(name, body.get(name));
      }
    }
    fields.stop(body.get("stop_sequences"));
    fields.tier(body.text("service_tier"));
    fields.format(body);
    if (stream) {
      fields.sent.put("stream", new JsonRope().ascii("true"));
      fields.sent.put("stream_options", new JsonRope().ascii("{\"include_usage\":true}"));
    }
    return fields;
  }

  /** The texts before which the answer is to stop. */
  Set<String> stops() {
    return stops;
  }

  private void stop(JsonSlice sequences) throws InvalidRequestException {
    if (sequences != null) {
      sequences.eachElement(
          "stop_sequences",
          sequence -> {
            if (!sequence.value().isString()) {
              throw InvalidField.wrongType(sequence.place(), "a string");
            }
            stops.add(sequence.value().text());
          });
    }
    if (!stops.isEmpty()) {
      send("stop", sequences);
    }
  }

  /** There is no word for the tiers of another provider. */
  private void tier(String tier) {
    if ("auto".equals(tier)) {
      sent.put("service_tier", JsonRope.quoted("auto"));
    } else if ("standard_only".equals(tier)) {
      sent.put("service_tier", JsonRope.quoted("default"));
    }
  }

  /** The form of the answer, which older clients ask for at the top. */
  private void format(JsonFields body) throws InvalidRequestException {
    JsonFields config = body.fields("output_config");
    JsonFields newer = config == null ? null : config.fields("format");
    JsonFields format = newer == null ? body.fields("output_format") : newer;
    JsonSlice schema = format == null ? null : format.object("schema");
    if (schema != null) {
      sent.put(
          "response_format",
          new JsonRope()
              .ascii("{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"output\",\"schema\":")
              .add(schema)
              .ascii("}}"));
    }
  }

  private void send(String name, JsonSlice value) {
    if (value != null) {
      sent.put(name, JsonRope.of(value));
    }
  }

  /** Adds the fields to an object that has some. */
  JsonRope addTo(JsonRope body) {
    sent.forEach((name, value) -> body.ascii(",").quote(name).ascii(":").add(value));
    return body;
  }
}
