package dev.helix.transcript.tree;

import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The messages that the next turn with stored history will probably send, each in its newest
 * version and as the store would give it back but for the notes of responses, which are not sent,
 * so that such a turn need not read the log. It keeps nothing before there was such a turn, then at
 * most twice what the last one needed and what came since, and never more than its bound. What is
 * asked for and not here has to be read. Not thread-safe: part of a {@link TranscriptTree}.
 */
public final class MessageCache {
  private static final int OVERHEAD = 256;

  private final int most;

  /** Those that are dropped first come first. */
  private final Map<String, Message> messages = new LinkedHashMap<>();

  private Message system;
  private boolean on;
  private long bytes;

  /** Keeps so many bytes at most. */
  public MessageCache(int most) {
    this.most = most;
  }

  /** Whether the newest leading system message is here, as far as there is one. */
  public boolean isOn() {
    return on;
  }

  public long bytes() {
    return bytes;
  }

  /** A message in its newest version, without a response's note; null where it is not here. */
  public Message get(Node node) {
    return messages.get(node.id());
  }

  /** The newest leading system message; null where there is none, or where this is not on. */
  public Message system() {
    return system;
  }

  public void forget() {
    messages.clear();
    system = null;
    on = false;
    bytes = 0;
  }

  void forgetMessages() {
    messages.clear();
    bytes = size(system);
  }

  /** Takes in an element of the log that just became the newest version of a message. */
  void add(Node node, Message element) {
    if (!on) {
      return;
    }
    drop(node.id());
    if (element.length() - element.element().responseBytes() > most) {
      return;
    }
    Message stored = element.withoutResponse().asStored();
    if (size(stored) <= most) {
      put(stored.as(stored.element().placed(node.id(), true, node.parentId())));
      trim(most);
    }
  }

  /**
   * Takes in an element of the log that just became the newest leading system message.
   *
   * @param fields its own, with an id in any case
   */
  public void addSystem(Message element, ElementFields fields) {
    if (on && element.isErased()) {
      lead(null);
    } else if (on) {
      lead(element.asStored().as(fields));
      trim(most);
    }
    if (bytes > most) {
      forget();
    }
  }

  /**
   * Keeps what a turn needs, the oldest first, and of what else is here the newest, up to as much
   * again. Where it needs too much only the leading system message is kept, or nothing.
   */
  public void keep(List<Message> path, Message leading) {
    if (size(leading) > most) {
      forget();
      return;
    }
    on = true;
    if (leading != system) {
      lead(leading == null ? null : leading.copy());
    }
    long needed = path.stream().mapToLong(MessageCache::size).sum() + size(leading);
    if (needed > most) {
      forgetMessages();
      return;
    }
    for (Message message : path) {
      boolean here = drop(message.id()) == message;
      put(here ? message : message.copy());
    }
    trim(Math.min(most, 2 * needed));
  }

  private void lead(Message leading) {
    bytes += size(leading) - size(system);
    system = leading;
  }

  private void put(Message message) {
    bytes += size(message);
    messages.put(message.id(), message);
  }

  private Message drop(String id) {
    Message dropped = messages.remove(id);
    bytes -= size(dropped);
    return dropped;
  }

  private void trim(long bound) {
    Iterator<Message> eldest = messages.values().iterator();
    while (bytes > bound && eldest.hasNext()) {
      bytes -= size(eldest.next());
      eldest.remove();
    }
  }

  private static long size(Message message) {
    return message == null ? 0 : message.length() + OVERHEAD;
  }
}
