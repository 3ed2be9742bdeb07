package dev.helix.crash;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * One caller: it goes on with the conversations it has, and now and then begins another, until the
 * server is gone. Used by one thread at a time.
 */
final class Load implements Callable<Set<Chat>> {
  private static final int AT_ONCE = 4;

  private final Random random;
  private final List<Chat> chats = new ArrayList<>();
  private URI server;
  private Runnable onAcknowledged;
  private int acknowledged;
  private int brokenOff;

  Load(long seed) {
    random = new Random(seed);
  }

  /** Where the server is now, and what is run after each turn that it has acknowledged. */
  void moveTo(URI newServer, Runnable afterEach) {
    server = newServer;
    onAcknowledged = afterEach;
  }

  /** Every conversation there was. */
  List<Chat> chats() {
    return chats;
  }

  int acknowledged() {
    return acknowledged;
  }

  int brokenOff() {
    return brokenOff;
  }

  /** Asks until a connection breaks; the conversations in which it did. */
  @Override
  public Set<Chat> call() {
    Set<Chat> used = new LinkedHashSet<>();
    while (true) {
      Chat chat = next();
      used.add(chat);
      if (!chat.turn(server, random.nextBoolean(), random.nextBoolean(), length())) {
        brokenOff++;
        return used;
      }
      acknowledged++;
      onAcknowledged.run();
    }
  }

  private Chat next() {
    if (chats.isEmpty() || random.nextInt(5) == 0) {
      Chat.History[] kinds = Chat.History.values();
      chats.add(new Chat(kinds[random.nextInt(kinds.length)]));
      return chats.get(chats.size() - 1);
    }
    int newest = Math.min(AT_ONCE, chats.size());
    return chats.get(chats.size() - 1 - random.nextInt(newest));
  }

  /** Mostly short; now and then so long that a kill may come within its write. */
  private int length() {
    return random.nextInt(10) == 0 ? random.nextInt(300_000) : random.nextInt(200);
  }
}
