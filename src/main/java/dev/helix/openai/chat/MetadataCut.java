package dev.helix.openai.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes a field out of the {@code metadata} of a request's body, and the metadata where nothing
 * else is in it. No state.
 */
final class MetadataCut {
  private static final String METADATA = "metadata";

  /** A field of an object, from its name to the end of its value. */
  private record Member(String name, int from, int to) {}

  private MetadataCut() {}

  /** What is to be cut from a body that was found valid; empty where it has no such field. */
  static Optional<BodyEdit> of(byte[] body, String field) {
    List<Member> all = new ArrayList<>();
    List<Member> metadata = new ArrayList<>();
    try (JsonParser parser = Json.FOREIGN.createParser(body)) {
      parser.nextToken();
      members(parser, all, metadata);
    } catch (IOException e) {
      throw new UncheckedIOException("a body that was read before", e);
    }
    Optional<BodyEdit> edit = cut(metadata, field);
    return edit.isPresent() && metadata.size() == 1 ? cut(all, METADATA) : edit;
  }

  /** Collects the members of the object at which the parser stands, and those of its metadata. */
  private static void members(JsonParser parser, List<Member> members, List<Member> metadata)
      throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      int from = (int) parser.currentTokenLocation().getByteOffset();
      String name = parser.currentName();
      boolean inside =
          parser.nextToken() == JsonToken.START_OBJECT && metadata != null && name.equals(METADATA);
      if (inside) {
        members(parser, metadata, null);
      }
      parser.skipChildren();
      parser.finishToken();
      members.add(new Member(name, from, (int) parser.currentLocation().getByteOffset()));
    }
  }

  /** Cuts one member with the comma that parts it from another. */
  private static Optional<BodyEdit> cut(List<Member> members, String name) {
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (member.name.equals(name)) {
        int from = i > 0 ? members.get(i - 1).to : member.from;
        int to = i > 0 || members.size() == 1 ? member.to : members.get(1).from;
        return Optional.of(new BodyEdit(from, to, List.of()));
      }
    }
    return Optional.empty();
  }
}
