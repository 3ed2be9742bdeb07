package dev.helix.backend;

import java.util.Map;
import java.util.Objects;

/**
 * One request that is passed on.
 *
 * @param method the HTTP method
 * @param target path and query below the backend's base, such as {@code /embeddings}
 * @param headers those that go along, by name: of the content, and what the configuration lists
 * @param body the body's bytes, which must not be changed; null for none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and a copy would double its memory.
public record PassedCall(String method, String target, Map<String, String> headers, byte[] body) {
  public PassedCall {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(target, "target");
    headers = Map.copyOf(headers);
  }
}
