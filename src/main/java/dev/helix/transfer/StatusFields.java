package dev.helix.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.text.Json;
import java.io.IOException;

/** The fields of a {@code status.json}, also those that are not known here. No state. */
final class StatusFields {
  private StatusFields() {}

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException if it is not one JSON object
   */
  static ObjectNode fields(byte[] json) {
    try {
      if (Json.EXACT.readTree(json) instanceof ObjectNode fields) {
        return fields;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("its state is not one JSON object", e);
    }
    throw new IllegalArgumentException("its state is not one JSON object");
  }

  /** Writes them. */
  static byte[] written(ObjectNode fields) {
    try {
      return Json.utf8(
          Json.EXACT.writerWithDefaultPrettyPrinter().writeValueAsString(fields) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }
}
