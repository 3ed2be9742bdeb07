package dev.helix.openai.items;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonSlice;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a request includes in what it is told, of what is not told otherwise. Immutable.
 *
 * @param logprobs the likelihoods of a text's tokens
 * @param reasoning what a model thought, sealed
 */
public record Included(boolean logprobs, boolean reasoning) {
  private static final String FIELD = "include";
  private static final String LOGPROBS = "message.output_text.logprobs";
  private static final String REASONING = "reasoning.encrypted_content";

  private static final Set<String> KNOWN =
      Set.of(
          "file_search_call.results",
          "web_search_call.results",
          "web_search_call.action.sources",
          "message.input_image.image_url",
          "computer_call_output.output.image_url",
          "code_interpreter_call.outputs",
          REASONING,
          LOGPROBS);

  /** Reads the field of a body; null includes nothing. */
  public static Included of(JsonSlice field) throws InvalidRequestException {
    Set<String> names = new HashSet<>();
    if (field != null) {
      field.eachElement(
          FIELD,
          element -> {
            if (!element.value().isString()) {
              throw InvalidField.wrongType(element.place(), "a string");
            }
            names.add(known(element.value().text(), element.place()));
          });
    }
    return of(names);
  }

  /** Reads a query, in which the field may be repeated, with and without brackets. */
  public static Included of(HttpServletRequest request) throws InvalidRequestException {
    Set<String> names = new HashSet<>();
    for (String field : List.of(FIELD, FIELD + "[]")) {
      String[] values = request.getParameterValues(field);
      for (String value : values == null ? new String[0] : values) {
        names.add(known(value, FIELD));
      }
    }
    return of(names);
  }

  private static Included of(Set<String> names) {
    return new Included(names.contains(LOGPROBS), names.contains(REASONING));
  }

  private static String known(String name, String place) throws InvalidRequestException {
    if (!KNOWN.contains(name)) {
      throw InvalidField.wrongValue(
          place, "one of " + String.join(", ", KNOWN.stream().sorted().toList()));
    }
    return name;
  }
}
