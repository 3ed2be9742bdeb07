package dev.helix.transcript.tree;

import dev.helix.message.Fingerprint;
import dev.helix.message.MessageKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where the messages of a tree are found by what they say and what they hang below; answers that
 * broke off, of which clients keep parts, also apart. Erased ones are not found. Lists that it
 * gives are not to be changed. Not thread-safe: part of a {@link TranscriptTree}.
 */
final class NodeIndex {
  /** By what they say, in the order of their newest versions. */
  private Map<Fingerprint, List<Node>> bySaying = new HashMap<>();

  /** Below a parent, and an answer that used tools also below its question. */
  final Below children = new Below();

  /** Answers below the parents of their questions. */
  final Below grandchildren = new Below();

  /** Answers that say nothing, or nothing but reasoning, below a parent. */
  private Map<String, List<Node>> silent = new HashMap<>();

  /** By what their responses' ids end with, in the order of their newest versions. */
  private Map<String, List<Node>> responses = new HashMap<>();

  /** Where a message may be: below a parent, null for the root, with what it says. */
  private record Place(String parentId, Fingerprint fingerprint) {
    // By hand, as with each message of a request it is looked up by several times.
    @Override
    public boolean equals(Object other) {
      return other instanceof Place that
          && fingerprint.equals(that.fingerprint)
          && Objects.equals(parentId, that.parentId);
    }

    @Override
    public int hashCode() {
      return 31 * fingerprint.hashCode() + (parentId == null ? 0 : parentId.hashCode());
    }
  }

  List<Node> saying(Fingerprint saying) {
    return bySaying.getOrDefault(saying, List.of());
  }

  List<Node> silent(Node parent) {
    return silent.getOrDefault(parent.id(), List.of());
  }

  /** The newest of those that are this response; null where none is. */
  Node response(String end) {
    List<Node> named = responses.getOrDefault(end, List.of());
    return named.isEmpty() ? null : named.get(named.size() - 1);
  }

  /** What all responses are found by. */
  Set<String> responses() {
    return responses.keySet();
  }

  /** Enters a message, or takes it out; the question is what it is about, null if not known. */
  void change(Node node, Node question, boolean in) {
    if (node.kind() == MessageKind.ERASED) {
      return;
    }
    if (node.silent()) {
      put(silent, node.parentId(), node, in);
    }
    if (node.response() != null && !node.response().isEmpty()) {
      put(responses, node.response(), node, in);
    }
    if (node.kind() == MessageKind.ANSWER && node.fingerprint().empty()) {
      return;
    }
    for (Fingerprint saying : node.sayings()) {
      put(bySaying, saying, node, in);
      children.change(node.parentId(), node, saying, in);
      if (question != null) {
        grandchildren.change(question.parentId(), node, saying, in);
        if (!question.id().equals(node.parentId())) {
          children.change(question.id(), node, saying, in);
        }
      }
    }
  }

  /** Messages by what is above them and what they say, and answers that broke off also apart. */
  static final class Below {
    private Map<Place, List<Node>> equal = new HashMap<>();
    private Map<String, List<Node>> broken = new HashMap<>();

    List<Node> equal(Node parent, Fingerprint saying) {
      return equal.getOrDefault(new Place(parent.id(), saying), List.of());
    }

    List<Node> broken(Node parent) {
      return broken.getOrDefault(parent.id(), List.of());
    }

    private void change(String parentId, Node node, Fingerprint saying, boolean in) {
      put(equal, new Place(parentId, saying), node, in);
      if (node.kept() != null && saying.equals(node.fingerprint())) {
        put(broken, parentId, node, in);
      }
    }

    private void keep(Predicate<String> parents) {
      equal = kept(equal, place -> parents.test(place.parentId()));
      broken = kept(broken, parents);
    }
  }

  private static <K> void put(Map<K, List<Node>> index, K key, Node node, boolean in) {
    List<Node> there = index.get(key);
    if (in && there == null) {
      index.put(key, List.of(node)); // Nearly all stay alone.
    } else if (there != null && there.size() == 1) {
      List<Node> more = new ArrayList<>(there);
      boolean unused = in ? more.add(node) : more.remove(node);
      index.put(key, more);
    } else if (there != null) {
      boolean unused = in ? there.add(node) : there.remove(node);
    }
  }

  /** Lets go of everything but what is found below these messages, and of these the responses. */
  void keepBelow(Map<String, Node> parents) {
    bySaying = new HashMap<>();
    children.keep(parents::containsKey);
    grandchildren.keep(parents::containsKey);
    silent = kept(silent, parents::containsKey);
    Map<String, List<Node>> all = responses;
    responses = new HashMap<>();
    all.values().stream()
        .flatMap(List::stream)
        .filter(node -> node.equals(parents.get(node.id())))
        .forEach(node -> put(responses, node.response(), node, true));
  }

  /** Those of these keys, in a map of its own, as one that was large stays so. */
  static <K, V> Map<K, V> kept(Map<K, V> index, Predicate<K> keys) {
    Map<K, V> kept = new HashMap<>();
    index.forEach(
        (key, value) -> {
          if (keys.test(key)) {
            kept.put(key, value);
          }
        });
    return kept;
  }
}
