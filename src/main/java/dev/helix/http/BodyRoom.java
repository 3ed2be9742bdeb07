package dev.helix.http;

/**
 * What one body, or what is made of several, has of a {@link BodyBudget}: memory, and perhaps a
 * thread that waits for its sender. A small body has it of what is kept for small ones, as long as
 * there is some. For one thread at a time.
 */
public final class BodyRoom {
  /** The most bytes of a small body. */
  static final int SMALL = 64 * 1024;

  private final BodyBudget budget;
  private final BodyHolder holder;

  /** Where the memory is taken; null for none. */
  private Shares memory;

  private long held;

  /** Where the thread is taken; null for none. */
  private Shares sender;

  /** Nothing of a budget, for this holder. */
  public BodyRoom(BodyBudget budget, BodyHolder holder) {
    this.budget = budget;
    this.holder = holder;
  }

  /**
   * Has so much memory from now on.
   *
   * @param bytes of the body
   * @param extra what is made of it besides, for a while. Where both are more than there is of
   *     memory for all bodies, it has all of that
   * @throws BodyBudgetException if there is no room for more; then it has what it had
   */
  public void hold(long bytes, long extra) {
    long wanted = Math.max(bytes, Math.min(bytes + extra, budget.bytes().all()));
    boolean small = bytes <= SMALL;
    if (memory != null && (small || memory != budget.smallBytes())) {
      if (wanted == held || memory.take(holder, wanted - held, held)) {
        held = wanted;
        return;
      }
    } else if (small && takeAnew(budget.smallBytes(), wanted)) {
      return;
    }
    if (memory == budget.bytes() || !takeAnew(budget.bytes(), wanted)) {
      throw BodyBudgetException.memory();
    }
  }

  private boolean takeAnew(Shares where, long wanted) {
    boolean taken = where.take(holder, wanted, 0);
    if (taken) {
      giveBack();
      memory = where;
      held = wanted;
    }
    return taken;
  }

  /** Has no memory any more. */
  public void giveBack() {
    if (memory != null) {
      memory.take(holder, -held, held);
      memory = null;
      held = 0;
    }
  }

  /**
   * Has a thread that waits for the sender; not one of those for small bodies any longer where the
   * body is none.
   */
  void waitForSender(boolean small) {
    if (sender != null && (small || sender != budget.smallSenders())) {
      return;
    }
    if (small && budget.smallSenders().take(holder, 1, 0)) {
      sender = budget.smallSenders();
    } else if (budget.senders().take(holder, 1, 0)) {
      giveSenderBack();
      sender = budget.senders();
    } else {
      throw BodyBudgetException.senders();
    }
  }

  boolean waitsForSender() {
    return sender != null;
  }

  /** The sender is waited for no longer. */
  void giveSenderBack() {
    if (sender != null) {
      sender.take(holder, -1, 1);
      sender = null;
    }
  }
}
