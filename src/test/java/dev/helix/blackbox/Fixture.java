package dev.helix.blackbox;

/** What the suite's cases stand on: the running servers of the implementing class. */
public interface Fixture {
  /** The servers of this class; always the same object. */
  Servers servers();

  /** The server on which most cases run, see {@link Group#USUAL}. */
  default Endpoint usual() {
    return servers().endpoint(Group.USUAL);
  }

  /** The server with short timeouts, see {@link Group#IMPATIENT}. */
  default Endpoint impatient() {
    return servers().endpoint(Group.IMPATIENT);
  }
}
