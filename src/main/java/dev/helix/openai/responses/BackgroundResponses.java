package dev.helix.openai.responses;

import dev.helix.filter.ConversationFilter;
import dev.helix.filter.ResponseId;
import dev.helix.http.InvalidRequestException;
import dev.helix.openai.background.Background;
import dev.helix.openai.items.Included;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonBytes;
import dev.helix.session.OwnerSeals;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.StoredAnswer;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.TurnCall;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** Responses that are made in the background. Safe for use by many threads. */
final class BackgroundResponses {
  private static final Duration LONGEST_CANCELLATION = Duration.ofSeconds(15);

  private final Turns turns;
  private final OwnerSeals seals;

  /** Null where nothing is made in the background. */
  private final Background background;

  BackgroundResponses(Turns turns, OwnerSeals seals, Background background) {
    this.turns = turns;
    this.seals = seals;
    this.background = background;
  }

  /** Refuses what cannot be made in the background; {@code kept} is whether it will be stored. */
  void check(boolean kept) throws InvalidRequestException {
    if (background == null) {
      throw new InvalidRequestException(
          "unsupported_parameter",
          "background",
          "Responses are not made in the background here: leave 'background' out.");
    }
    if (!kept) {
      throw new InvalidRequestException(
          "invalid_value", "background", "Nothing is kept here that could be asked for later.");
    }
  }

  /**
   * Begins a response, and tells its caller of it as soon as its question is on the disk.
   *
   * @param stream whether the caller is told its events
   */
  void begin(
      ResponseFrame frame,
      boolean stream,
      TurnCall call,
      ReplyForm form,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InvalidRequestException {
    SessionId session = call.session().sessionId();
    SessionManager sessions = (SessionManager) request.getAttribute(SessionManager.class.getName());
    String nodeEnd = new ResponseId(frame.id()).nodeEnd();
    background.begin(
        frame.id(),
        frame.node(),
        call,
        form,
        stream ? null : frame.queued(),
        events(frame.id(), () -> sessions.answer(session, nodeEnd), thoughts(request), false),
        request,
        response);
  }

  /** Tells the events of a response, live or again; {@code finder} reads what is stored of it. */
  void stream(
      String id,
      Supplier<Optional<StoredAnswer>> finder,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InvalidRequestException {
    CurrentResponse now = current(id, finder);
    if (background == null || !now.background()) {
      throw CurrentResponse.unknown(id); // Of others no events are kept.
    }
    if (now.isErasedInPart()) {
      background.forget(id); // Its events say what was erased.
    }
    long after = startingAfter(request.getParameter("starting_after"));
    boolean included = Included.of(request).reasoning();
    background.tell(id, after, events(id, finder, thoughts(request), included), request, response);
  }

  private SealedThoughts thoughts(HttpServletRequest request) {
    return new SealedThoughts(seals, ConversationFilter.owner(request));
  }

  private static long startingAfter(String number) throws InvalidRequestException {
    if (number == null || number.isEmpty()) {
      return -1;
    }
    if (!number.matches("[0-9]{1,15}")) {
      throw InvalidField.wrongValue("starting_after", "the number of an event");
    }
    return Long.parseLong(number);
  }

  /** Looks for the events behind one, which are there when the response has its end. */
  private LongFunction<Background.Look> events(
      String id, Supplier<Optional<StoredAnswer>> finder, SealedThoughts own, boolean included) {
    return after ->
        last -> {
          CurrentResponse now = current(id, finder);
          if (last && !now.isOver()) {
            throw CurrentResponse.unknown(id); // Who has waited for so long may ask again.
          }
          return now.isOver()
              ? StoredEvents.behind(after, now.answer().message(), now.sealing(own, included))
              : null;
        };
  }

  /**
   * Ends a response, on whichever server it is made.
   *
   * @return what it is, where it has ended before; null where the caller is told when it has
   */
  Map<String, Object> cancel(
      String id,
      Supplier<Optional<StoredAnswer>> finder,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InvalidRequestException {
    CurrentResponse found = current(id, finder);
    if (background == null || !found.background()) {
      throw new InvalidRequestException(
          "invalid_value",
          null,
          "Only a response that is made in the background can be cancelled: '"
              + found.answer().message().element().responseId()
              + "' is not.");
    }
    if (found.isOver()) {
      return found.object(thoughts(request), false);
    }
    SealedThoughts own = thoughts(request);
    background.cancel(id, found.node());
    background.await(
        last -> {
          CurrentResponse now = current(id, finder);
          return now.isOver() || last ? List.of(JsonBytes.of(now.object(own, false))) : null;
        },
        LONGEST_CANCELLATION,
        request,
        response);
    return null;
  }

  private CurrentResponse current(String id, Supplier<Optional<StoredAnswer>> finder)
      throws InvalidRequestException {
    return CurrentResponse.read(turns, finder).orElseThrow(() -> CurrentResponse.unknown(id));
  }
}
