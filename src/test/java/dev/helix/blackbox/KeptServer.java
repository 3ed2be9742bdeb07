package dev.helix.blackbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.Message;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Request;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.servers.SharedStore;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The application on a store of one kind, for callers with keys, and what is in that store. Not
 * thread-safe, but for {@link #responder} and {@link #post}.
 */
final class KeptServer implements AutoCloseable {
  private final SharedStore store;
  private final WholeApplication application;
  private final SessionManager beside;

  /** Starts it; the folder is for what is beside the store. */
  KeptServer(SharedStore store, Path folder) throws Exception {
    this.store = store;
    Map<String, String> settings = new HashMap<>(store.settings());
    settings.put("helix.api.keys.file", OwnerCases.keysFile(folder).toString());
    application = new WholeApplication(folder.resolve("unused"), settings);
    beside = store.look();
  }

  ScriptedUpstream upstream() {
    return application.upstream();
  }

  /** A client of an owner who has that key. */
  Responder responderOf(String key, String... namesAndValues) {
    return new Responder(application, with(namesAndValues, "Authorization", key));
  }

  Responder responder(String... namesAndValues) {
    return responderOf(OwnerCases.ACME, namesAndValues);
  }

  private static String[] with(String[] headers, String name, String value) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = name;
    all[1] = value;
    return all;
  }

  /** Asks for a chat completion in a conversation, whose history is stored or is sent. */
  RawClient post(String conversation, String history, boolean stream, JsonNode... messages) {
    ObjectNode body = Json.object().put("model", "m").put("stream", stream);
    body.set("messages", Json.array(messages));
    RawClient client = RawClient.connect(application.url());
    client.post(
        Endpoint.CHAT,
        body.toString(),
        "Authorization",
        OwnerCases.ACME,
        "X-Conversation-ID",
        conversation,
        "X-Conversation-History",
        history);
    return client;
  }

  /** What the upstream was asked in a chat turn, and the answer's head. */
  record Chatted(Request asked, RawResponse http) {
    List<String> sent() {
      return Responder.sent(asked);
    }
  }

  /** A chat turn that the upstream answers with a text, streamed or whole. */
  Chatted chat(
      String conversation, String history, boolean stream, String answer, JsonNode... messages) {
    try (RawClient client = post(conversation, history, stream, messages)) {
      Call call = upstream().next();
      if (stream) {
        call.beginSse();
        Completions.chunks(answer).forEach(call::sse);
        call.end();
      } else {
        call.respondJson(200, Completions.completion(answer));
      }
      RawResponse response = client.response();
      response.rest();
      if (response.status() != 200 || stream != response.text().endsWith("data: [DONE]\n\n")) {
        throw new AssertionError(response.status() + " " + response.text());
      }
      return new Chatted(call.request(), response);
    }
  }

  /** All messages of a session, as {@code role:text}, in the order in which they came. */
  List<String> said(String session) {
    return said(beside.transcript(new SessionId(session)).messages());
  }

  /** The current path of a session. */
  List<String> path(String session) {
    return said(beside.transcript(new SessionId(session)).currentPath());
  }

  private static List<String> said(List<Message> messages) {
    return messages.stream().map(each -> each.role() + ":" + each.text()).toList();
  }

  /** How many sessions there are. */
  int sessions() {
    return beside.list(Integer.MAX_VALUE).size();
  }

  @Override
  public void close() throws Exception {
    beside.close();
    application.close();
    store.close().run();
  }
}
