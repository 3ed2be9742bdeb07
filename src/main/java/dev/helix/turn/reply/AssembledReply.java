package dev.helix.turn.reply;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The completion that the chunks of a stream are together, for a caller who asked for no stream:
 * what the chunks say of themselves is here, the answers are {@link StreamedReply}'s. Not safe for
 * use by several threads.
 */
final class AssembledReply implements BackendReply.Events {
  /** What of a choice is the answer. */
  private static final Set<String> OF_ANSWERS =
      Set.of("index", "delta", "message", "text", "finish_reason");

  private final Map<String, Object> completion = new LinkedHashMap<>();
  private final Map<Integer, Map<String, Object>> choices = new TreeMap<>();
  private final long most;
  private final Weight kept;

  /** Nothing yet; at most about so many characters are kept. */
  AssembledReply(long most) {
    this.most = most;
    this.kept = Weight.kept(most);
  }

  @Override
  public void pass(ByteBuffer bytes) {
    // The caller hears of nothing but the whole.
  }

  @Override
  public void chunk(byte[] bytes, int from, int length) {
    byte[] data = UpstreamJson.utf8(Arrays.copyOfRange(bytes, from, from + length));
    Weight read = Weight.read(most);
    try (JsonParser parser = UpstreamJson.FACTORY.createParser(data)) {
      while (!isTooLong() && parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          chunk(parser, read);
        }
      }
    } catch (IOException notJson) {
      // The answers know of it.
    }
    if (read.isOver()) {
      kept.exceed();
    }
  }

  private void chunk(JsonParser parser, Weight read) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (isTooLong()) {
        parser.skipChildren();
      } else if (!field.equals("choices")) {
        if (value != JsonToken.VALUE_NULL) {
          replace(completion, field, UpstreamJson.raw(parser));
        }
      } else if (value == JsonToken.START_OBJECT) {
        choice(parser, 0, read);
      } else if (value == JsonToken.START_ARRAY) {
        for (int position = 0; parser.nextToken() != JsonToken.END_ARRAY; position++) {
          if (parser.currentToken() == JsonToken.START_OBJECT) {
            choice(parser, position, read);
          } else {
            parser.skipChildren();
          }
        }
      }
    }
  }

  private void choice(JsonParser parser, int position, Weight read) throws IOException {
    Integer index = null;
    Map<String, Object> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      parser.nextToken();
      if (field.equals("index")) {
        index = UpstreamJson.integer(UpstreamJson.value(parser, read));
      } else if (!OF_ANSWERS.contains(field) && read.field(field)) {
        fields.put(field, value(parser, read));
      }
      parser.skipChildren();
    }
    Map<String, Object> whole = choiceAt(index == null ? position : index);
    if (whole != null) {
      fields.forEach((field, value) -> add(whole, field, value));
    }
  }

  /** The choice of this index; null where there are too many. */
  private Map<String, Object> choiceAt(int index) {
    Map<String, Object> choice = choices.get(index);
    if (choice == null && choices.size() == Weight.MOST_ENTRIES) {
      kept.exceed();
    } else if (choice == null) {
      kept.things(2 * Weight.CONTAINER);
      choice = new LinkedHashMap<>();
      choices.put(index, choice);
    }
    return choice;
  }

  /** A value whose objects and lists may grow; what is in a list only as its JSON. */
  private static Object value(JsonParser parser, Weight read) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        read.things(Weight.CONTAINER);
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          if (read.field(name)) {
            fields.put(name, value(parser, read));
          } else {
            parser.skipChildren();
          }
        }
        return fields;
      }
      case START_ARRAY -> {
        read.things(Weight.CONTAINER);
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          if (read.things(Weight.SLOT)) {
            Object item = UpstreamJson.raw(parser);
            read.replace(null, item);
            items.add(item);
          } else {
            parser.skipChildren();
          }
        }
        return items;
      }
      case VALUE_NULL -> {
        return null;
      }
      default -> {
        return UpstreamJson.raw(parser);
      }
    }
  }

  /** Adds what a chunk says of a choice: lists grow, all else is replaced. */
  @SuppressWarnings("unchecked") // As they are made here.
  private void add(Map<String, Object> whole, String field, Object value) {
    Object before = whole.get(field);
    if (before instanceof List<?> list && value instanceof List<?> more) {
      ((List<Object>) list).addAll(more);
      kept.things(Weight.of(more) - Weight.CONTAINER);
    } else if (before instanceof Map<?, ?> object && value instanceof Map<?, ?> fields) {
      fields.forEach((name, each) -> add((Map<String, Object>) object, (String) name, each));
    } else if (value != null || before == null) {
      replace(whole, field, value);
    }
  }

  private void replace(Map<String, Object> whole, String field, Object value) {
    Object before = whole.get(field);
    kept.put(whole, field, value);
    kept.things(Weight.of(value) - Weight.of(before));
  }

  /** Whether more was said than is kept. */
  boolean isTooLong() {
    return kept.isOver();
  }

  /** The body of the completion with these answers, which are the choices in their order. */
  byte[] body(List<Answer> answers) {
    List<Object> list = new ArrayList<>();
    List<Integer> indexes = List.copyOf(choices.keySet());
    for (Answer answer : answers) {
      int index = list.size() < indexes.size() ? indexes.get(list.size()) : list.size();
      Map<String, Object> choice = new LinkedHashMap<>();
      choice.put("index", index);
      choice.put(
          "message", new RawValue(new String(answer.message().wireJson(), StandardCharsets.UTF_8)));
      choice.put("finish_reason", answer.finishReason());
      choice.putAll(choices.getOrDefault(index, Map.of()));
      list.add(choice);
    }
    Map<String, Object> whole = new LinkedHashMap<>(completion);
    whole.put("object", "chat.completion");
    whole.put("choices", list);
    return UpstreamJson.bytes(whole);
  }
}
