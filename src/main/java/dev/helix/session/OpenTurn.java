package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.transcript.LogVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A turn whose question is stored and whose answer is not yet. Immutable; it holds no lock and may
 * be dropped.
 *
 * @param session the session as it was known when the turn began
 * @param version how long its log was then, or, where nobody else has added to it since, behind the
 *     last checkpoint; {@link LogVersion#NONE} where nothing was stored
 * @param parentId the message that the answers hang under; null when they begin the transcript
 * @param history in stored mode the messages to send before the caller's own, without a system
 *     message; empty in client mode and when the request itself resends
 * @param system in stored mode the system message to send; null when there is none, or when the
 *     caller sent one, which then stays in its place
 * @param answerId the id that the client gave the answer, which the first one gets unless it calls
 *     tools; null where it gave none that is fit
 * @param continued the id of the answer that this turn continues, null where it begins one: the
 *     first answer is then recorded as a newer version of it
 * @param begun the continued answer's text as the client has it, else null
 * @param lease the right by which the answers may be part of the path; null where none is needed
 * @param aside whether the answers are those to an aside
 * @param ownId the id that the first answer gets where the client's is not for it
 * @param checkpointed whether something of the answers was recorded
 * @param base what the continued answer said before anything of this turn was recorded; null where
 *     nothing was, or none is continued
 * @param began when the turn began
 * @param after how many elements the log had then
 * @param made whether it made its session
 * @param note what is kept with the first answer, which is a response, unless that brings a note of
 *     its own; null for none
 * @param apart what stands apart from the notes of its answers and is not kept yet, by its names
 */
public record OpenTurn(
    SessionState session,
    LogVersion version,
    String parentId,
    List<Message> history,
    Message system,
    String answerId,
    String continued,
    String begun,
    Lease lease,
    boolean aside,
    String ownId,
    boolean checkpointed,
    Message base,
    Instant began,
    long after,
    boolean made,
    String note,
    Map<String, String> apart) {
  public OpenTurn {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(began, "began");
    history = List.copyOf(history);
    apart = Map.copyOf(apart);
  }

  /** This turn without what is only sent, for whoever keeps it while the upstream answers. */
  public OpenTurn withoutHistory() {
    return new OpenTurn(
        session,
        version,
        parentId,
        List.of(),
        null,
        answerId,
        continued,
        begun,
        lease,
        aside,
        ownId,
        checkpointed,
        base,
        began,
        after,
        made,
        note,
        apart);
  }

  /**
   * This turn after a checkpoint, with which what stands apart is kept.
   *
   * @param from what the continued answer says without it; null where none is
   * @param reached the log's version, unless others have added to it
   */
  OpenTurn goingOn(Message from, LogVersion reached) {
    return new OpenTurn(
        session, reached, parentId, history, system, answerId, continued, begun, lease, aside,
        ownId, true, from, began, after, made, note, Map.of());
  }

  /** The id that this of several answers gets where the client's is not for it. */
  String ownId(int index) {
    return index == 0 ? ownId : ownId + "-" + index;
  }
}
