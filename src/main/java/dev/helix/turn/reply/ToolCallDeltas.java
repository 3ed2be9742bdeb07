package dev.helix.turn.reply;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
  private final class Call {
    private final int index;
    private final int position = calls.size();
    private final Map<String, Object> fields = Deltas.newObject(kept);

    Call(int index) {
      this.index = index;
    }

    String id() {
      return fields.get("id") instanceof String id ? id : "";
    }
  }

  private final Weight kept;
  private final List<Call> calls = new ArrayList<>();

  /** The newest call of each index, and of each id. */
  private final Map<Integer, Call> indexed = new HashMap<>();

  private final Map<String, Call> identified = new HashMap<>();

  /** What is no call, and stands where calls should. */
  private final List<Object> others = new ArrayList<>();

  private int nextIndex;
  private Call last;

  /** No calls yet; {@code kept} gets what they weigh. */
  ToolCallDeltas(Weight kept) {
    this.kept = kept;
  }

  boolean isEmpty() {
    return calls.isEmpty() && others.isEmpty();
  }

  /** The call that came first; null where there is none, or one may come that goes before it. */
  Map<String, Object> first() {
    return calls.isEmpty() || calls.get(0).index > 0 ? null : calls.get(0).fields;
  }

  int size() {
    return calls.size();
  }

  /** Adds what a delta says in {@code tool_calls}. */
  void add(Object delta) {
    for (Object each : delta instanceof List<?> list ? list : List.of(delta)) {
      if (each instanceof Map<?, ?> fields) {
        last = callOf(fields);
        if (last != null) {
          merge(last, fields);
        }
      } else if (each != null && hasRoom()) {
        kept.things(Weight.SLOT + Weight.of(each));
        others.add(each);
      }
    }
  }

  private boolean hasRoom() {
    boolean room = calls.size() + others.size() < Weight.MOST_ENTRIES;
    if (!room) {
      kept.exceed();
    }
    return room;
  }

  /** The call that a delta goes on with, or a new one; null where there are too many. */
  private Call callOf(Map<?, ?> delta) {
    Integer index = UpstreamJson.integer(delta.get("index"));
    String id = delta.get("id") instanceof String text ? text : "";
    Call call = index != null ? indexed.get(index) : id.isEmpty() ? last : identified.get(id);
    boolean another =
        call != null
            && !id.isEmpty()
            && !call.id().isEmpty()
            && !call.id().equals(id)
            && hasName(delta);
    if (call != null && !another) {
      return call;
    }
    return hasRoom() ? newCall(index != null ? index : nextIndex) : null;
  }

  private Call newCall(int index) {
    Call call = new Call(index);
    kept.things(4 * Weight.FIELD);
    calls.add(call);
    indexed.put(index, call);
    // Of numbers that nobody would give, the highest is as good as the next.
    nextIndex = Math.max(nextIndex, index == Integer.MAX_VALUE ? index : index + 1);
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

  private void merge(Call call, Map<?, ?> delta) {
    delta.forEach(
        (key, value) -> {
          String field = (String) key;
          Object before = call.fields.get(field);
          if (field.equals("function") && value instanceof Map<?, ?> function) {
            kept.put(call.fields, field, function(before, function, kept));
          } else if (field.equals("id") && !UpstreamJson.isEmpty(before)) {
            // A call keeps its first id, where each delta has one of its own.
          } else if (!field.equals("index")) { // It only tells the deltas apart.
            kept.put(call.fields, field, Deltas.merged(field, before, value, kept));
          }
        });
    if (!call.id().isEmpty()) {
      identified.merge(call.id(), call, (one, two) -> one.position > two.position ? one : two);
    }
  }

  /** What a function that is called comes to, by its next delta. */
  @SuppressWarnings("unchecked") // The map is made here.
  static Map<String, Object> function(Object before, Map<?, ?> delta, Weight kept) {
    Map<String, Object> function =
        before instanceof Map<?, ?> ? (Map<String, Object>) before : Deltas.newObject(kept);
    delta.forEach(
        (key, value) -> {
          String field = (String) key;
          Object said = function.get(field);
          Object now =
              switch (field) {
                case "name" -> name(said, value, kept);
                case "arguments" -> arguments(said, value, kept);
                default -> Deltas.merged(field, said, value, kept);
              };
          kept.put(function, field, now);
        });
    return function;
  }

  /** A name goes on, unless the delta says all of it again. */
  private static Object name(Object before, Object delta, Weight kept) {
    if (delta == null) {
      return before;
    }
    if (!(before instanceof CharSequence said) || !(delta instanceof String more)) {
      return Deltas.replaced(before, delta, kept);
    }
    if (more.isEmpty()) {
      return said;
    }
    if (Deltas.startsWith(more, said)) {
      return Deltas.replaced(before, more, kept);
    }
    return Deltas.appended(
        said instanceof StringBuilder begun ? begun : new StringBuilder(said), more, kept);
  }

  private static Object arguments(Object before, Object delta, Weight kept) {
    return delta == null || delta instanceof String
        ? Deltas.merged("arguments", before, delta, kept)
        : argumentsOf(before, UpstreamJson.text(delta), kept);
  }

  /** Arguments that are no pieces of a text are all there are: said again, they are the same. */
  private static Object argumentsOf(Object before, String json, Weight kept) {
    boolean same = before instanceof StringBuilder said && json.contentEquals(said);
    return same ? before : Deltas.merged("arguments", before, json, kept);
  }

  /** The calls of a list that says all of these again; all of the list where it does not. */
  List<?> behindThese(List<?> given) {
    if (given.size() < calls.size()) {
      return given;
    }
    for (Call call : calls) {
      boolean same =
          given.get(call.position) instanceof Map<?, ?> fields
              && call.id().equals(fields.get("id") instanceof String id ? id : "")
              && call.fields.get("function") instanceof Map<?, ?> one
              && fields.get("function") instanceof Map<?, ?> two
              && isSaid(one.get("name"), two.get("name"))
              && isSaid(one.get("arguments"), two.get("arguments"));
      if (!same) {
        return given;
      }
    }
    return given.subList(calls.size(), given.size());
  }

  private static boolean isSaid(Object said, Object again) {
    return said instanceof CharSequence text
        ? again != null && UpstreamJson.text(again).contentEquals(text)
        : UpstreamJson.isEmpty(said) && UpstreamJson.isEmpty(again);
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
