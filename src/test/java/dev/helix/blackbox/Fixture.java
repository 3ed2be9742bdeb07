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

  /** Whether an error at this path, below the application's, is told by the application. */
  default boolean hasErrorPage(String path) {
    return true;
  }

  /** Whether a line of a server's log tells of an error that is not the server's own. */
  default boolean isError(String line) {
    return line.contains("SEVERE") || line.contains("ERROR");
  }

  /** Whether headers may have bytes beyond ASCII, in requests and in responses. */
  default boolean passesHeaderBytes() {
    return true;
  }

  /** Whether several slashes in a path are one. */
  default boolean joinsSlashes() {
    return true;
  }

  /** Whether a slash in a path may be encoded. */
  default boolean takesEncodedSlashes() {
    return true;
  }

  /** Whether the server can cut the connection of a caller whose stream has broken off. */
  default boolean cutsConnections() {
    return true;
  }

  /** Whether requests that run when the server is told to stop may end. */
  default boolean finishesRequestsAtStop() {
    return true;
  }
}
