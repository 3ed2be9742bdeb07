package dev.helix.openai.request;

import dev.helix.http.InvalidRequestException;
import java.util.HashSet;
import java.util.Set;

/**
 * The names of the fields of one object, as they are read: none comes twice, as the upstream could
 * take the other one, and there are no more than anybody has. Not thread-safe.
 */
public final class FieldNames {
  private static final int MOST = 1_000;

  private final Set<String> seen = new HashSet<>();

  /** Takes the next name of the object. */
  public void add(String name) throws InvalidRequestException {
    if (!seen.add(name)) {
      throw invalid("Duplicate field '" + name + "'");
    }
    if (seen.size() > MOST) {
      throw invalid("An object has more than " + MOST + " fields");
    }
  }

  private static InvalidRequestException invalid(String why) {
    return new InvalidRequestException(
        "invalid_json", null, "The request body is no valid JSON: " + why + ".");
  }
}
