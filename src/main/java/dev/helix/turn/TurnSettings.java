package dev.helix.turn;

import dev.helix.session.HistoryMode;
import dev.helix.session.SentHistory;
import dev.helix.turn.reply.ReplyLimits;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How the chat endpoint behaves. Immutable.
 *
 * @param history whether the stored history is put before a request's messages when the request
 *     does not say
 * @param sentHistory how much of a stored history is put there
 * @param historyWait how long a request with stored history waits for the turn before it; zero for
 *     not at all
 * @param historyLease how long a turn with stored history keeps others off, on other servers too,
 *     after its server was last heard of
 * @param keepRefused whether a session stays whose first question the backend refused
 * @param forwardedHeaders the caller's headers that go to the backend
 * @param maxRequestBytes the longest request body
 * @param maxReplyBytes how much of an answer is kept in memory until it is recorded
 * @param maxDataUrlBytes how much data of a data URL is recorded; of more only length and digest
 * @param firstByteTimeout how long the backend may take to answer with a status
 * @param idleTimeout how long the backend may be silent within an answer
 * @param doneTimeout how long the backend may be silent behind an answer that has its finish,
 *     before its stream is taken to be over
 * @param stalledReaderTimeout how long a caller may take nothing of what is ready for it
 * @param commitAfter how long a streamed answer waits for the backend's status before it begins
 *     without it
 * @param commentInterval how long a stream is silent before a sign of life goes out
 * @param signOfLife what that is
 * @param checkpoint how long words of a stream are there before they are recorded while it runs;
 *     zero for not at all
 * @param streamBufferBytes how much of a stream may wait for a slow caller
 * @param modelsCache how long the list of models is kept
 * @param shutdownGrace how long running turns may go on when the application stops
 */
public record TurnSettings(
    HistoryMode history,
    SentHistory sentHistory,
    Duration historyWait,
    Duration historyLease,
    boolean keepRefused,
    List<String> forwardedHeaders,
    long maxRequestBytes,
    long maxReplyBytes,
    long maxDataUrlBytes,
    Duration firstByteTimeout,
    Duration idleTimeout,
    Duration doneTimeout,
    Duration stalledReaderTimeout,
    Duration commitAfter,
    Duration commentInterval,
    SignOfLife signOfLife,
    Duration checkpoint,
    long streamBufferBytes,
    Duration modelsCache,
    Duration shutdownGrace) {
  public TurnSettings {
    Objects.requireNonNull(history, "history");
    Objects.requireNonNull(sentHistory, "sentHistory");
    forwardedHeaders = List.copyOf(forwardedHeaders);
  }

  ReplyLimits limits() {
    return new ReplyLimits(maxReplyBytes, maxDataUrlBytes);
  }
}
