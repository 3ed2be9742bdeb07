package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.UserToken;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Chats that several users of one tenant write into. */
class OwnerScopeTest {
  private static final String CHAT = "X-OpenWebUI-Chat-Id";

  @TempDir Path folder;
  private WholeApplication application;

  /** How a request says who its user is. */
  enum Users {
    TOKENS,
    HEADERS;

    Map<String, String> settings() {
      return this == TOKENS
          ? Map.of("helix.openwebui.jwt.secret", OwnerCases.SECRET)
          : Map.of("helix.trust.user.headers", "true");
    }

    List<String> headers(String user) {
      return this == TOKENS
          ? List.of(OwnerCases.TOKEN, UserToken.of(user, OwnerCases.SECRET, Instant.now()))
          : List.of("X-OpenWebUI-User-Id", user);
    }
  }

  private void start(Users users, String scope) throws Exception {
    Map<String, String> settings = new HashMap<>(users.settings());
    settings.put("helix.api.keys.file", OwnerCases.keysFile(folder).toString());
    settings.put("helix.owner.scope", scope);
    application = new WholeApplication(folder.resolve("sessions"), settings);
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  /** A turn of a user; the messages are role and text in turn. */
  private RawResponse ask(
      Users users, String key, String user, List<String> headers, String... said) {
    return ask(users, key, user, headers, messages(said));
  }

  private RawResponse ask(
      Users users, String key, String user, List<String> headers, List<ObjectNode> messages) {
    List<String> all = new ArrayList<>(List.of("Authorization", key));
    all.addAll(user == null ? List.of() : users.headers(user));
    all.addAll(headers);
    ObjectNode body = Json.object().put("model", "m");
    body.putArray("messages").addAll(messages);
    try (RawClient client = RawClient.connect(application.url())) {
      client.post("/v1/chat/completions", body.toString(), all.toArray(String[]::new));
      Call call = application.upstream().next();
      JsonNode asked = call.request().json().path("messages");
      asked.forEach(message -> assertFalse(message.has("author_id"), asked::toString));
      String question = asked.get(asked.size() - 1).path("content").asText();
      call.respondJson(200, Completions.completion("Re: " + question));
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      return response;
    }
  }

  private static List<ObjectNode> messages(String... said) {
    List<ObjectNode> messages = new ArrayList<>();
    for (int i = 0; i < said.length; i += 2) {
      messages.add(Json.message(said[i], said[i + 1]));
    }
    return messages;
  }

  private static List<String> chat(String... more) {
    List<String> headers = new ArrayList<>(List.of(CHAT, "club", "X-OpenWebUI-Task", ""));
    headers.addAll(List.of(more));
    return headers;
  }

  private static List<String> ids(String question, String parent, String answer) {
    return chat(
        "X-OpenWebUI-User-Message-Id",
        question,
        "X-OpenWebUI-User-Message-Parent-Id",
        parent,
        "X-OpenWebUI-Message-Id",
        answer);
  }

  private StoredSession stored(RawResponse response) {
    return new StoredSession(folder.resolve("sessions"), response.header("X-Session-ID"));
  }

  /** Who said what, with {@code -} where no author is recorded. */
  private static List<String> authors(StoredSession session) {
    return session.nodes().stream()
        .map(
            node ->
                node.path("author_id").asText("-")
                    + " "
                    + node.path("role").asText()
                    + ":"
                    + node.path("content").asText())
        .toList();
  }

  private static final List<String> TWO_WRITERS =
      List.of(
          "ann user:Hello",
          "- assistant:Re: Hello",
          "bob user:Me too",
          "- assistant:Re: Me too",
          "ann user:Fine",
          "- assistant:Re: Fine");

  @ParameterizedTest
  @EnumSource
  void scopeOfTheTenant_twoUsersOfOneChat_shareASession_thatSaysWhoAsked(Users users)
      throws Exception {
    start(users, "tenant");
    RawResponse first = ask(users, OwnerCases.ACME, "ann", chat(), "user", "Hello");
    ask(
        users,
        OwnerCases.ACME,
        "bob",
        chat(),
        "user",
        "Hello",
        "assistant",
        "Re: Hello",
        "user",
        "Me too");
    RawResponse third =
        ask(
            users,
            OwnerCases.ACME,
            "ann",
            chat("X-Conversation-History", "stored"),
            "user",
            "Fine");
    assertEquals(first.header("X-Session-ID"), third.header("X-Session-ID"));
    assertEquals(TWO_WRITERS, authors(stored(first)));
    JsonNode owner = stored(first).status().path("owner");
    assertEquals("acme", owner.path("tenant").asText());
    assertTrue(owner.path("user").isNull(), owner::toString);
  }

  @ParameterizedTest
  @EnumSource
  void scopeOfTheTenant_withMessageIds_isTheSame(Users users) throws Exception {
    start(users, "tenant");
    RawResponse first = ask(users, OwnerCases.ACME, "ann", ids("u1", "", "a1"), "user", "Hello");
    List<ObjectNode> history =
        messages("user", "Hello", "assistant", "Re: Hello", "user", "Me too");
    ask(users, OwnerCases.ACME, "bob", ids("u2", "a1", "a2"), history);
    history.addAll(messages("assistant", "Re: Me too", "user", "Fine"));
    ask(users, OwnerCases.ACME, "ann", ids("u3", "a2", "a3"), history);
    assertEquals(TWO_WRITERS, authors(stored(first)));
    assertEquals(
        List.of("u1", "a1", "u2", "a2", "u3", "a3"),
        stored(first).nodes().stream().map(node -> node.path("id").asText()).toList());
  }

  @ParameterizedTest
  @EnumSource
  void scopeOfTheUser_theSameChat_isASessionAUser_withoutAuthors(Users users) throws Exception {
    start(users, "user");
    RawResponse anns = ask(users, OwnerCases.ACME, "ann", chat(), "user", "Hello");
    RawResponse bobs = ask(users, OwnerCases.ACME, "bob", chat(), "user", "Hello");
    assertNotEquals(anns.header("X-Session-ID"), bobs.header("X-Session-ID"));
    assertEquals(List.of("- user:Hello", "- assistant:Re: Hello"), authors(stored(anns)));
  }

  @Test
  void otherTenants_andChatsWithoutAnId_stayApart() throws Exception {
    start(Users.HEADERS, "tenant");
    RawResponse acmes = ask(Users.HEADERS, OwnerCases.ACME, "ann", chat(), "user", "Hello");
    RawResponse others = ask(Users.HEADERS, OwnerCases.OTHER, "ann", chat(), "user", "Hello");
    assertNotEquals(acmes.header("X-Session-ID"), others.header("X-Session-ID"));
    RawResponse anns = ask(Users.HEADERS, OwnerCases.ACME, "ann", List.of(), "user", "Hi there");
    RawResponse bobs = ask(Users.HEADERS, OwnerCases.ACME, "bob", List.of(), "user", "Hi there");
    assertNotEquals(anns.header("X-Session-ID"), bobs.header("X-Session-ID"));
    assertEquals("ann", stored(anns).status().at("/owner/user").asText());
  }

  @Test
  void channel_saysWhoAskedInItToo() throws Exception {
    start(Users.TOKENS, "user");
    List<String> channel = List.of(CHAT, "channel:club");
    RawResponse first = ask(Users.TOKENS, OwnerCases.ACME, "ann", channel, "user", "Hello");
    ask(
        Users.TOKENS,
        OwnerCases.ACME,
        "bob",
        channel,
        "user",
        "Hello",
        "assistant",
        "Re: Hello",
        "user",
        "Hi");
    assertEquals(
        List.of("ann user:Hello", "- assistant:Re: Hello", "bob user:Hi", "- assistant:Re: Hi"),
        authors(stored(first)));
  }

  @Test
  void whoAsked_isSaidOfTheQuestionAlone_andOnlyByTheServer() throws Exception {
    start(Users.HEADERS, "tenant");
    List<ObjectNode> history =
        messages("user", "Said before", "assistant", "Yes", "user", "And now?");
    history.forEach(message -> message.put("author_id", "mallory"));
    List<ObjectNode> sent = history.stream().map(ObjectNode::deepCopy).toList();
    List<String> headers = List.of("Authorization", OwnerCases.ACME, CHAT, "club");
    List<String> all = new ArrayList<>(headers);
    all.addAll(Users.HEADERS.headers("ann"));
    ObjectNode body = Json.object().put("model", "m");
    body.putArray("messages").addAll(sent);
    application.upstream().answerAlways(request -> reply());
    RawResponse response;
    try (RawClient client = RawClient.connect(application.url())) {
      client.post("/v1/chat/completions", body.toString(), all.toArray(String[]::new));
      response = client.response();
      response.rest();
    }
    assertEquals(
        List.of("- user:Said before", "- assistant:Yes", "ann user:And now?", "- assistant:Fine"),
        authors(stored(response)));
  }

  private static Reply reply() {
    return Reply.json(200, Completions.completion("Fine"));
  }

  @Test
  void questionThatAPersonHasEdited_keepsItsAuthor() throws Exception {
    start(Users.TOKENS, "tenant");
    RawResponse first =
        ask(Users.TOKENS, OwnerCases.ACME, "ann", ids("u1", "", "a1"), "user", "Hello");
    ask(
        Users.TOKENS,
        OwnerCases.ACME,
        "bob",
        ids("u2", "a1", "a2"),
        "user",
        "Hello, edited",
        "assistant",
        "Re: Hello",
        "user",
        "Hi");
    assertEquals(
        List.of(
            "ann user:Hello, edited", "- assistant:Re: Hello", "bob user:Hi", "- assistant:Re: Hi"),
        authors(stored(first)));
  }

  @Test
  void serviceKey_speaksForNoUser_andNoneIsRecorded() throws Exception {
    start(Users.TOKENS, "tenant");
    RawResponse response = ask(Users.TOKENS, OwnerCases.ROBOT, null, chat(), "user", "Beep");
    assertEquals(List.of("- user:Beep", "- assistant:Re: Beep"), authors(stored(response)));
  }
}
