package dev.helix.openai.socket;

import dev.helix.http.FrameCheck;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;

/** What answers the frames of one WebSocket, one at a time. */
public interface FrameAnswers {
  /**
   * Answers a frame: begins a turn for a caller, or says what is told instead. May block on the
   * store.
   *
   * @param frame a request that has the headers and the path of the one that opened the WebSocket
   * @param body whose memory is the turn's, once it has begun
   * @param filters what looks at the frame before it is answered
   * @param callers makes the turn's caller
   * @return the events that are told where no turn has begun; null where one has
   * @throws InvalidRequestException with the error that is told; no turn has begun
   */
  List<byte[]> answer(
      HttpServletRequest frame, RequestBody body, FrameCheck filters, Turns.Callers callers)
      throws InvalidRequestException, IOException;

  /** An error was told, or a turn did not end well. */
  void failed();

  /** There are no more frames: gives back what is held. On any thread; may be called again. */
  void close();
}
