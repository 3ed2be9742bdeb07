package dev.helix.turn.reply;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tool calls of one answer, put together from their deltas as clients do it. A delta belongs to
 * the newest call of its {@code index}, unless it has a name, and an id where that call has
 * another; without an index to the call of its id; with neither to the call that was named last.
 * Names in pieces are joined, and arguments that are no text are kept as their JSON. Not safe for
 * use by several threads.
 */
final class ToolCallDeltas {
  private static final class Call {
    private final int index;
    private final Map<String, Object> fields = new LinkedHashMap<>();

    Call(int index) {
      this.index = index;
    }

    String id() {
      return fields.get("id") instanceof String id ? id : "";
    }
  }

  private final List<Call> calls = new ArrayList<>();

  /** What is no call, and stands where calls should. */
  private final List<Object> others = new ArrayList<>();

  private Call last;

  boolean isEmpty() {
    return calls.isEmpty() && others.isEmpty();
  }

  int size() {
    return calls.size();
  }

  /** Adds what a delta says in {@code tool_calls}. */
  void add(Object delta) {
    for (Object each : delta instanceof List<?> list ? list : List.of(delta)) {
      if (each instanceof Map<?, ?> fields) {
        last = callOf(fields);
        merge(last.fields, fields);
      } else if (each != null) {
        others.add(each);
      }
    }
  }

  private Call callOf(Map<?, ?> delta) {
    Integer index = UpstreamJson.integer(delta.get("index"));
    String id = delta.get("id") instanceof String text ? text : "";
    Call call = index != null ? newestAt(index) : id.isEmpty() ? last : newestOf(id);
    boolean another =
        call != null
            && !id.isEmpty()
            && !call.id().isEmpty()
            && !call.id().equals(id)
            && hasName(delta);
    if (call == null || another) {
      call =
          new Call(
              index != null ? index : calls.stream().mapToInt(c -> c.index + 1).max().orElse(0));
      calls.add(call);
    }
    return call;
  }

  private static boolean hasName(Map<?, ?> delta) {
    for (Object called : delta.values()) {
      if (called instanceof Map<?, ?> fields && !UpstreamJson.isEmpty(fields.get("name"))) {
        return true;
      }
    }
    return false;
  }

  private Call newestAt(int index) {
    Call newest = null;
    for (Call call : calls) {
      newest = call.index == index ? call : newest;
    }
    return newest;
  }

  private Call newestOf(String id) {
    Call newest = null;
    for (Call call : calls) {
      newest = call.id().equals(id) ? call : newest;
    }
    return newest;
  }

  private static void merge(Map<String, Object> call, Map<?, ?> delta) {
    delta.forEach(
        (key, value) -> {
          String field = (String) key;
          Object before = call.get(field);
          if (field.equals("function") && value instanceof Map<?, ?> function) {
            call.put(field, function(before, function));
          } else if (field.equals("id") && !UpstreamJson.isEmpty(before)) {
            // A call keeps its first id, where each delta has one of its own.
          } else if (!field.equals("index")) { // It only tells the deltas apart.
            call.put(field, Deltas.merged(field, before, value));
          }
        });
  }

  /** What a function that is called comes to, by its next delta. */
  @SuppressWarnings("unchecked") // The map is made here.
  static Map<String, Object> function(Object before, Map<?, ?> delta) {
    Map<String, Object> function =
        before instanceof Map<?, ?> ? (Map<String, Object>) before : new LinkedHashMap<>();
    delta.forEach(
        (key, value) -> {
          String field = (String) key;
          Object said = function.get(field);
          function.put(
              field,
              switch (field) {
                case "name" -> name(said, value);
                case "arguments" -> arguments(said, value);
                default -> Deltas.merged(field, said, value);
              });
        });
    return function;
  }

  /** A name goes on, unless the delta says all of it again. */
  private static Object name(Object before, Object delta) {
    if (!(before instanceof String said) || !(delta instanceof String more)) {
      return delta == null ? before : delta;
    }
    return more.isEmpty() ? said : more.startsWith(said) ? more : said + more;
  }

  private static Object arguments(Object before, Object delta) {
    return delta == null || delta instanceof String
        ? Deltas.merged("arguments", before, delta)
        : argumentsOf(before, UpstreamJson.text(delta));
  }

  /** Arguments that are no pieces of a text are all there are: said again, they are the same. */
  private static Object argumentsOf(Object before, String json) {
    boolean same = before instanceof StringBuilder said && json.contentEquals(said);
    return same ? before : Deltas.merged("arguments", before, json);
  }

  /** The calls in the order of their indexes, which they no longer have. */
  List<Object> whole() {
    List<Object> whole = new ArrayList<>();
    calls.stream()
        .sorted(Comparator.comparingInt(call -> call.index))
        .forEach(call -> whole.add(call.fields));
    whole.addAll(others);
    return whole;
  }
}
