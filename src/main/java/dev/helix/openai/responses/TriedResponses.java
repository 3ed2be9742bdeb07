package dev.helix.openai.responses;

import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.openai.items.PathItems;
import dev.helix.openai.request.JsonBytes;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.openai.responses.ResponsesEndpoint.Resolved;
import dev.helix.session.ResponseNote;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is made of all that would be sent for a response, which is not made: how long it is, and a
 * summary of it. Nothing of it is stored. Safe for use by many threads.
 */
final class TriedResponses {
  private static final String SUMMARIZE =
      "Summarize the conversation above for the assistant who goes on with it and who will see"
          + " nothing of it but the user's messages and your summary. Say what was asked and"
          + " decided, what was done and found, with the names, numbers, paths and code that"
          + " matter, which instructions hold, and what is still to be done. Write the summary"
          + " alone, and do not go on with the conversation.";

  private final TurnEndpoint endpoint;
  private final ResponsesEndpoint responses;
  private final Clock clock = Clock.systemUTC();

  TriedResponses(TurnEndpoint endpoint, ResponsesEndpoint responses) {
    this.endpoint = endpoint;
    this.responses = responses;
  }

  /** {@code POST} to learn about how many tokens a response would be asked with. */
  void count(HttpServletRequest request, HttpServletResponse response) throws IOException {
    endpoint.serve(
        request,
        response,
        body -> {
          Resolved asked = resolved(RequestPurpose.COUNT, body, request);
          boolean reasoning = endpoint.settings().sentHistory().reasoning();
          Map<String, Object> object = new LinkedHashMap<>();
          object.put("object", "response.input_tokens");
          object.put(
              "input_tokens", asked.asked().tokens(asked.context(), asked.system(), reasoning));
          byte[] json = JsonBytes.of(object);
          response.setContentType("application/json");
          response.setContentLength(json.length);
          response.getOutputStream().write(json);
          return false;
        });
  }

  /** {@code POST} to get a summary that later requests may bring in place of what it is of. */
  void compact(HttpServletRequest request, HttpServletResponse response) throws IOException {
    endpoint.serve(
        request,
        response,
        body -> {
          Resolved asked = resolved(RequestPurpose.SUMMARY, body, request);
          responses.tellLeftOut(asked.asked(), response);
          SummaryForm form = new SummaryForm(said(asked), responses.compactions(request), clock);
          endpoint
              .turns()
              .begin(
                  asked.asking(SUMMARIZE).call(request, body, endpoint.settings()),
                  form,
                  request,
                  response);
          return true;
        });
  }

  private Resolved resolved(RequestPurpose purpose, RequestBody body, HttpServletRequest request)
      throws InvalidRequestException {
    return responses.resolve(responses.parse(body.bytes(), purpose, request), request);
  }

  /** The items of what the user has said, but for earlier summaries and what tools have shown. */
  private static List<Map<String, Object>> said(Resolved asked) {
    List<Message> all = new ArrayList<>(asked.context());
    for (Message message : asked.asked().messages()) {
      all.add(message.as(ElementFields.node(ResponseNote.newNode(), null, null)));
    }
    List<Message> users = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      boolean shown = i > 0 && all.get(i - 1).role().equals("tool") && all.get(i).text().isEmpty();
      if (all.get(i).role().equals("user") && !shown) {
        users.add(all.get(i));
      }
    }
    return PathItems.of(users).items().stream()
        .filter(item -> item.get("type").equals("message"))
        .toList();
  }
}
