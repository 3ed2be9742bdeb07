package dev.helix.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a filter does with a frame of the WebSocket that its request opened, as it does with a
 * request: each frame speaks for whoever opened the WebSocket, and is looked at anew. Safe for use
 * by many threads.
 */
@FunctionalInterface
public interface FrameCheck {
  /**
   * Looks at a frame, and gives it its attributes. May block on a store.
   *
   * @param frame a request that has the headers and the path of the one that opened the WebSocket,
   *     and is a {@code POST}
   * @param body the frame's JSON, which must not be changed
   * @throws InvalidRequestException if the frame is refused
   */
  void check(HttpServletRequest frame, byte[] body) throws InvalidRequestException;

  /** Where servers that have Jakarta WebSocket say so, in the servlet context. */
  String CONTAINER = "jakarta.websocket.server.ServerContainer";

  /** Whether a request asks to open a WebSocket, of a server that has them. */
  static boolean mayOpen(HttpServletRequest request) {
    String upgrade = request.getHeader("Upgrade");
    return upgrade != null
        && request.getMethod().equals("GET")
        && List.of(upgrade.toLowerCase(Locale.ROOT).split("\\s*,\\s*")).contains("websocket")
        && request.getServletContext().getAttribute(CONTAINER) != null;
  }

  /** Has every frame of the WebSocket that a request opens checked, behind those added before. */
  static void add(HttpServletRequest request, FrameCheck check) {
    List<FrameCheck> all = new ArrayList<>(of(request));
    all.add(check);
    request.setAttribute(FrameCheck.class.getName(), List.copyOf(all));
  }

  /** What was added to a request, in its order. */
  @SuppressWarnings("unchecked") // What add puts there.
  static List<FrameCheck> of(HttpServletRequest request) {
    Object all = request.getAttribute(FrameCheck.class.getName());
    return all == null ? List.of() : (List<FrameCheck>) all;
  }
}
