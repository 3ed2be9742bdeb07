package dev.helix.backend.routing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.text.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Who has which model, by the lists of all upstreams. A model that several list is the first one's.
 * Where the order is set, no model is anybody's while one before them never gave a list. Immutable
 * and thread-safe.
 */
final class ModelIndex {
  private final List<NamedUpstream> upstreams;
  private final boolean ordered;

  /** What is known of each upstream; null for nothing. */
  private final List<ModelList> lists;

  /** The first that lists a model, by its place among the upstreams. */
  private final Map<String, Integer> owners = new HashMap<>();

  private final Map<String, NamedUpstream> names = new LinkedHashMap<>();

  /** The union, made when it is first asked for. */
  private volatile byte[] union;

  private ModelIndex(List<NamedUpstream> upstreams, boolean ordered, List<ModelList> lists) {
    this.upstreams = upstreams;
    this.ordered = ordered;
    this.lists = lists;
    upstreams.forEach(upstream -> names.put(upstream.name(), upstream));
    for (int i = 0; i < lists.size(); i++) {
      if (lists.get(i) != null) {
        for (String id : lists.get(i).entries().keySet()) {
          owners.putIfAbsent(id, i);
          NamedUpstream named = named(id);
          if (named != null && named != upstreams.get(i)) {
            upstreams.get(i).warnOf(id, named);
          }
        }
      }
    }
  }

  /** What is known now; the given index where that has not changed. */
  static ModelIndex of(List<NamedUpstream> upstreams, boolean ordered, ModelIndex before) {
    List<ModelList> lists = new ArrayList<>();
    boolean same = before != null;
    for (int i = 0; i < upstreams.size(); i++) {
      ModelList list = upstreams.get(i).listed();
      same = same && Objects.equals(list, before.lists.get(i));
      lists.add(list);
    }
    return same ? before : new ModelIndex(upstreams, ordered, lists);
  }

  /** Whose name a model's begins with, as in {@code NAME/MODEL}; null for nobody's. */
  NamedUpstream named(String model) {
    int slash = model.indexOf('/');
    return slash < 0 || slash + 1 == model.length() ? null : names.get(model.substring(0, slash));
  }

  /**
   * Who is asked for a model; null where nobody is. Whose name it begins with is asked whatever the
   * others list: for the whole id where that is one of its own, else for what follows its name.
   */
  Route find(String model) {
    NamedUpstream named = named(model);
    if (named != null) {
      ModelList list = lists.get(upstreams.indexOf(named));
      String rest = model.substring(named.name().length() + 1);
      if (list != null && list.entries().containsKey(model)) {
        return new Route(named, null);
      }
      return named.takes(rest) ? new Route(named, rest) : null;
    }
    Integer owner = owners.get(model);
    boolean decided = owner != null && !(ordered && lists.subList(0, owner).contains(null));
    return decided ? new Route(upstreams.get(owner), null) : null;
  }

  /** The first model of all; empty where there is none, or it is not known which is the first. */
  Optional<String> first() {
    for (int i = 0; i < lists.size(); i++) {
      ModelList list = lists.get(i);
      if (list == null && ordered) {
        return Optional.empty();
      }
      if (list != null && !list.entries().isEmpty()) {
        return Optional.of(shown(i, list.entries().keySet().iterator().next()));
      }
    }
    return Optional.empty();
  }

  /** What a model is asked for by: its own id, where that reaches its upstream. */
  private String shown(int place, String id) {
    NamedUpstream named = named(id);
    boolean own = named == null ? owners.get(id) == place : named == upstreams.get(place);
    return own ? id : upstreams.get(place).name() + "/" + id;
  }

  /**
   * The list of all models: each by its own id, or, where that is another upstream's, with the name
   * of its upstream before it.
   */
  byte[] union() {
    byte[] made = union;
    if (made == null) {
      made = makeUnion();
      union = made;
    }
    return made;
  }

  private byte[] makeUnion() {
    ObjectNode root = Json.MAPPER.createObjectNode().put("object", "list");
    ArrayNode data = root.putArray("data");
    Set<String> all = new HashSet<>();
    for (int i = 0; i < lists.size(); i++) {
      ModelList list = lists.get(i);
      if (list != null) {
        int place = i;
        list.entries()
            .forEach(
                (id, entry) -> {
                  String shown = shown(place, id);
                  if (all.add(shown)) {
                    data.add(shown.equals(id) ? entry : list.named(id, shown));
                  }
                });
      }
    }
    return Json.utf8(root.toString());
  }
}
