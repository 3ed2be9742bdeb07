package dev.helix.openai.request;

import dev.helix.backend.FirstModel;
import dev.helix.http.BodyBudget;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RefusedBody;
import dev.helix.http.RequestBody;
import dev.helix.http.RequestBodyException;
import dev.helix.session.SessionException;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.Turns;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/**
 * What all endpoints of turns have around a request: its JSON body, the answers to what is wrong
 * with it, and the engine. Safe for use by many threads.
 */
public final class TurnEndpoint {
  private final Turns turns;
  private final BodyBudget budget;
  private final FirstModel firstModel;

  private TurnEndpoint(Turns turns, BodyBudget budget, FirstModel firstModel) {
    this.turns = turns;
    this.budget = budget;
    this.firstModel = firstModel;
  }

  /**
   * The endpoint of a web application.
   *
   * @param context with {@link Turns} and a {@link BodyBudget}, and a {@link FirstModel} where one
   *     is to be asked
   * @throws ServletException if these are not there
   */
  public static TurnEndpoint of(ServletContext context) throws ServletException {
    Object models = context.getAttribute(FirstModel.class.getName());
    return new TurnEndpoint(
        needed(context, Turns.class),
        needed(context, BodyBudget.class),
        models == null ? Optional::empty : (FirstModel) models);
  }

  /**
   * What a servlet context has under the name of its type.
   *
   * @throws ServletException if it is not there
   */
  public static <T> T needed(ServletContext context, Class<T> type) throws ServletException {
    Object found = context.getAttribute(type.getName());
    if (found == null) {
      throw new ServletException("no " + type.getSimpleName() + " in the servlet context");
    }
    return type.cast(found);
  }

  /** The engine. */
  public Turns turns() {
    return turns;
  }

  /** Where bodies are counted. */
  public BodyBudget budget() {
    return budget;
  }

  /** How turns are asked for. */
  public TurnSettings settings() {
    return turns.settings();
  }

  /** The model of a request that names none; empty where no list of models can be had. */
  public Optional<String> firstModel() {
    return firstModel.id();
  }

  /** What is done with the body of a request. */
  @FunctionalInterface
  public interface Work {
    /** Returns whether the body was handed on, to who closes it. */
    boolean on(RequestBody body) throws InvalidRequestException, IOException;
  }

  /** Works on the body of a request, or answers what is wrong with it. */
  public void serve(HttpServletRequest request, HttpServletResponse response, Work work)
      throws IOException {
    RequestBody body = null;
    boolean handedOn = false;
    try {
      TurnHeaders.requireJson(request);
      body = RequestBody.read(request, settings().maxRequestBytes(), budget);
      body.work();
      handedOn = work.on(body);
    } catch (InvalidRequestException e) {
      ErrorResponse.write(request, response, e.error());
    } catch (SessionException e) {
      ErrorResponse.write(request, response, ErrorMapping.of(e));
    } catch (RequestBodyException e) {
      RefusedBody.tell(request, response, e, settings().maxRequestBytes(), budget);
    } finally {
      if (body != null && !handedOn) {
        body.close();
      }
    }
  }
}
