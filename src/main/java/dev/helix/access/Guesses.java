package dev.helix.access;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The wrong keys and tokens that addresses send, counted by the minute: who sends many is answered
 * later, and the log has one line for the minute, a warning where an address had to wait. Only
 * wrong ones wait, so that a proxy before many callers holds up none who has a key. Thread-safe;
 * memory is bounded.
 */
final class Guesses {
  private static final Logger LOG = System.getLogger(Guesses.class.getName());

  private static final long MINUTE_MILLIS = 60_000;
  private static final int FREE = 10;
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final int MOST_SECONDS = 8;
  private static final int MOST_ADDRESSES = 1_000;
  private static final String OTHERS = "others";
  private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

  private final Clock clock;
  private final Map<String, Integer> byAddress = new LinkedHashMap<>();
  private long all;

  /** When the minute of what is counted began; meaningless while nothing is. */
  private volatile long began;

  private volatile boolean counting;

  Guesses(Clock clock) {
    this.clock = clock;
  }

  /**
   * Counts a wrong key or token.
   *
   * @return how long its answer is to wait: nothing for the first ten of an address in a minute,
   *     then a second, twice as long after each further ten, and eight at most
   */
  synchronized Duration wrong(String address) {
    report();
    if (!counting) {
      counting = true;
      began = clock.millis();
    }
    all++;
    String known = network(address);
    if (byAddress.size() >= MOST_ADDRESSES && !byAddress.containsKey(known)) {
      known = OTHERS;
    }
    int count = byAddress.merge(known, 1, Integer::sum);
    int times = Math.min((count - 1) / FREE, Integer.numberOfTrailingZeros(MOST_SECONDS) + 1);
    return times == 0 ? Duration.ZERO : LEAST.multipliedBy(1L << (times - 1));
  }

  /** Logs what a minute had that is over. To be called now and then. */
  void report() {
    // Either way: a clock that was set back must not keep the counts.
    if (counting && Math.abs(clock.millis() - began) >= MINUTE_MILLIS) {
      flush();
    }
  }

  /** Logs what has been counted, and begins anew. */
  synchronized void flush() {
    if (!counting) {
      return;
    }
    Map.Entry<String, Integer> most =
        byAddress.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    LOG.log(
        most.getValue() > FREE ? Level.WARNING : Level.DEBUG,
        "{0} requests with a wrong key or token in a minute, from {1} addresses, {2} of them from"
            + " {3}",
        Long.toString(all),
        Integer.toString(byAddress.size()),
        Integer.toString(most.getValue()),
        most.getKey());
    byAddress.clear();
    all = 0;
    counting = false;
  }

  /** An IPv6 address stands for its network, all of which a caller has; no other text is kept. */
  private static String network(String given) {
    String address = given == null ? "" : given.replaceAll("^\\[|\\]$", "");
    if (!ADDRESS.matcher(address).matches()) {
      return OTHERS;
    }
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      // In brackets it is an address or an error; nothing is looked up.
      byte[] bytes = InetAddress.getByName("[" + address + "]").getAddress();
      return bytes.length < 16
          ? address
          : HexFormat.ofDelimiter(":").formatHex(bytes, 0, 8) + "::/64";
    } catch (UnknownHostException notAnAddress) {
      return OTHERS;
    }
  }
}
