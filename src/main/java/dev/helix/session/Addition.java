package dev.helix.session;

import dev.helix.message.Message;
import java.util.List;

/**
 * What is put on the end of a session's current path without a turn. The path leads to the last of
 * it from then on, whoever says it.
 *
 * @param <X> what it refuses a path with
 */
@FunctionalInterface
public interface Addition<X extends Exception> {
  /**
   * The messages, in their order, each with an id and, where it is to be found again, a note. One
   * with the id of the path's last message, which only the first may be, is that one's newer
   * version. The place and the time of each are set by who asks. None changes nothing.
   *
   * @param path the current path, the oldest first, with its notes; it may end in calls of tools
   *     that have no results. Asked again where others have added to it meanwhile
   */
  List<Message> onto(List<Message> path) throws X;
}
