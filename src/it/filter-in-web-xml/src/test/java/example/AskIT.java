package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application in a Jetty. */
class AskIT {
  private static final Path WAR = Path.of("target/filter-in-web-xml.war");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** The ~ of web.xml. */
  @TempDir static Path home;

  private static Server server;
  private static ServerConnector connector;

  @BeforeAll
  static void start() throws Exception {
    System.setProperty("user.home", home.toString());
    server = new Server();
    connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    WebAppContext application = new WebAppContext(WAR.toString(), "/");
    application.setThrowUnavailableOnStartupException(true);
    server.setHandler(application);
    server.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
  }

  private static HttpResponse<String> ask(String path, String question, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + connector.getLocalPort() + path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                BodyPublishers.ofString(
                    "question=" + URLEncoder.encode(question, StandardCharsets.UTF_8)));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static String messages(String folder, String session) throws Exception {
    return Files.readString(home.resolve(folder).resolve(session).resolve("context/messages.json"));
  }

  @Test
  void conversation_goesOn_alsoAfterARestart_andIsInItsFolder() throws Exception {
    HttpResponse<String> first = ask("/chats", "Where is Rome?", "X-Chat", "trip");
    assertEquals("We begin.", first.body());
    assertEquals("conv-trip", first.headers().firstValue("X-Session-ID").orElseThrow());
    stop();
    start();
    assertEquals(
        "You began with: Where is Rome?", ask("/chats", "And Milan?", "X-Chat", "trip").body());
    String stored = messages("chats", "conv-trip");
    assertTrue(stored.contains("\"Where is Rome?\"") && stored.contains("\"And Milan?\""), stored);
  }

  @Test
  void chatsTakeTheirFirstHeader_elseTheSecond_elseHaveNoSession() throws Exception {
    HttpResponse<String> both = ask("/chats", "?", "X-Chat", "a", "X-Conversation-ID", "b");
    assertEquals("conv-a", both.headers().firstValue("X-Session-ID").orElseThrow());
    HttpResponse<String> second = ask("/chats", "?", "X-Conversation-ID", "b");
    assertEquals("conv-b", second.headers().firstValue("X-Session-ID").orElseThrow());
    HttpResponse<String> none = ask("/chats", "?", "X-Ticket", "c");
    assertEquals(400, none.statusCode());
    assertTrue(none.headers().firstValue("X-Session-ID").isEmpty());
  }

  @Test
  void secondFilter_hasItsOwnHeaders_folderAndFallback() throws Exception {
    assertEquals("We begin.", ask("/tickets", "Broken", "X-Ticket", "17").body());
    assertEquals("You began with: Broken", ask("/tickets", "Still", "X-Ticket", "17").body());
    assertTrue(messages("tickets", "conv-17").contains("\"Broken\""));
    assertFalse(Files.exists(home.resolve("chats/conv-17")), "it is no chat");

    String unnamed = ask("/tickets", "New").headers().firstValue("X-Session-ID").orElseThrow();
    assertTrue(messages("tickets", unnamed).contains("\"New\""));
    assertEquals(
        "We begin.", ask("/tickets", "Other", "X-Chat", "17").body(), "not a ticket's header");
  }

  @Test
  void sameName_isAnotherConversation_behindTheOtherFilter() throws Exception {
    ask("/chats", "Of the chat", "X-Chat", "same");
    assertEquals("We begin.", ask("/tickets", "Of the ticket", "X-Ticket", "same").body());
  }

  @Test
  void thirdFilter_sharesTheChatsFolder_byAHeaderOfItsOwn() throws Exception {
    ask("/chats", "I need help", "X-Chat", "shared");
    assertEquals(
        "You began with: I need help", ask("/agents", "Hello", "X-Agents-Chat", "shared").body());
    assertEquals(400, ask("/agents", "Hello", "X-Chat", "shared").statusCode());
  }

  @Test
  void application_carriesTheFilterAndItsTwoLibraries_andNoChatEndpoint() throws Exception {
    try (JarFile war = new JarFile(WAR.toFile())) {
      List<String> libraries =
          war.stream()
              .map(entry -> entry.getName())
              .filter(name -> name.startsWith("WEB-INF/lib/") && name.endsWith(".jar"))
              .map(name -> name.substring(12).replaceFirst("-[0-9].*", ""))
              .sorted()
              .toList();
      assertEquals(
          List.of(
              "helix-sessions",
              "jackson-annotations",
              "jackson-core",
              "jackson-databind",
              "java-jwt"),
          libraries);
    }
  }

  @Test
  void stopping_endsTheFiltersThreads() throws Exception {
    ask("/chats", "?", "X-Chat", "leak");
    ask("/tickets", "?", "X-Ticket", "leak");
    stop();
    List<String> left =
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> name.startsWith("helix-"))
            .toList();
    start();
    assertEquals(List.of(), left);
  }
}
