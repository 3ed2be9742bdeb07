package dev.helix.backend.routing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.text.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Who has which model, by the lists of all upstreams. A model that several list is the first one's.
 * Immutable and thread-safe.
 */
final class ModelIndex {
  private final List<NamedUpstream> upstreams;

  /** What is known of each upstream; null for nothing. */
  private final List<ModelList> lists;

  private final Map<String, NamedUpstream> owners = new HashMap<>();

  /** The union, made when it is first asked for. */
  private volatile byte[] union;

  private ModelIndex(List<NamedUpstream> upstreams, List<ModelList> lists) {
    this.upstreams = upstreams;
    this.lists = lists;
    for (int i = 0; i < lists.size(); i++) {
      if (lists.get(i) != null) {
        NamedUpstream upstream = upstreams.get(i);
        lists.get(i).entries().keySet().forEach(id -> owners.putIfAbsent(id, upstream));
      }
    }
  }

  /** What is known now; the given index where that has not changed. */
  static ModelIndex of(List<NamedUpstream> upstreams, ModelIndex before) {
    List<ModelList> lists = new ArrayList<>();
    boolean same = before != null;
    for (int i = 0; i < upstreams.size(); i++) {
      ModelList list = upstreams.get(i).listed();
      same = same && Objects.equals(list, before.lists.get(i));
      lists.add(list);
    }
    return same ? before : new ModelIndex(upstreams, lists);
  }

  /** Whose model this is; null for nobody's. */
  NamedUpstream owner(String id) {
    return owners.get(id);
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
    Set<String> named = new HashSet<>();
    for (int i = 0; i < upstreams.size(); i++) {
      NamedUpstream upstream = upstreams.get(i);
      ModelList list = lists.get(i);
      if (list != null) {
        list.entries()
            .forEach(
                (id, entry) -> {
                  String byName = upstream.name() + "/" + id;
                  if (owners.get(id) == upstream) {
                    data.add(entry);
                  } else if (!owners.containsKey(byName) && named.add(byName)) {
                    data.add(list.named(id, byName));
                  }
                });
      }
    }
    return Json.utf8(root.toString());
  }
}
