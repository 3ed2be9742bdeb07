package dev.helix.model;

import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import java.util.List;

/** The way from a chat to its session. Thread-safe, except for restarts. */
interface Line {
  /** A request that waits for its reply. */
  interface Call {
    /** Brings the replies, of which there may be none, and returns when they are recorded. */
    void reply(List<Answer> answers);
  }

  /** Sends a request of a turn. */
  Call send(MessageIds ids, List<Said> messages);

  /**
   * Sends a background prompt and has it answered.
   *
   * @param ids those of the turn that it belongs to, without an answer's
   * @param name what the task's header says; null where there is no such header
   */
  void task(MessageIds ids, String prompt, String name);

  /** Lets our server start anew. */
  void restart();

  /** What is stored. */
  Transcript transcript();
}
