package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.appserver.AppServer;
import dev.helix.appserver.AppServerProcess;
import dev.helix.appserver.Deployment;
import dev.helix.packaging.Built;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.HttpConversation;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.servers.PostgresServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The WAR as a guest of an app server, and among its other applications. */
interface DeploymentCases extends Fixture {
  String NAME = "helix-sessions";

  /** Threads of ours, of our HTTP client and of our pools. */
  Pattern OURS = Pattern.compile("^\"(helix|httpclient|HikariPool|pgjdbc|PostgreSQL-JDBC).*");

  /** Else what is only softly reachable stays until memory is short, as JDKs from 18 keep types. */
  String NO_SOFT_REFERENCES = "-XX:SoftRefLRUPolicyMSPerMB=0";

  /** The server that it is. */
  AppServer kind();

  @Test
  @Check("deploys and stops without a complaint")
  default void deploysAndStops_withoutAComplaint(@TempDir Path folder) {
    try (AppServerProcess server = AppServerProcess.start(kind(), demo(folder))) {
      assertEquals(404, RawClient.get(server.url(), "/WEB-INF/web.xml").status());
      assertEquals(List.of("helix-demo"), models(server.url()));
      server.terminate().orTimeout(60, TimeUnit.SECONDS).join();
      List<String> complaints =
          server.output().lines().filter(line -> kind().complaint().matcher(line).find()).toList();
      assertEquals(List.of(), complaints, server::output);
    }
  }

  @Test
  @Check("redeploying leaves no threads and no classes behind")
  default void redeploying_leavesNoThreadsAndNoClassesBehind(@TempDir Path folder) {
    try (ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();
        AppServerProcess server =
            AppServerProcess.start(
                kind(),
                demo(folder)
                    .andEnvironment("HELIX_UPSTREAM_URL", upstream.baseUrl().toString())
                    .withJvmOptions(NO_SOFT_REFERENCES))) {
      for (int i = 0; i < 3; i++) {
        turn(server.url(), upstream, "Round " + i);
        server.undeploy(NAME);
        awaitNothingLeft(server, i + 1);
        server.deploy(NAME, Built.war());
      }
      turn(server.url(), upstream, "Round 3");
    }
  }

  private static void turn(URI url, ScriptedUpstream upstream, String question) {
    try (RawClient client =
        new HttpConversation(url, "X-Conversation-ID", "one").stream(question)) {
      Call call = upstream.next();
      call.beginSse();
      Completions.chunks("Yes").forEach(call::sse);
      call.end();
      assertTrue(client.response().restText().endsWith("data: [DONE]\n\n"));
    }
  }

  private void awaitNothingLeft(AppServerProcess server, int undeployments) {
    int kept = kind().loadersItKeeps(undeployments);
    List<String> left;
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    do {
      left = left(server, kept);
    } while (!left.isEmpty() && System.nanoTime() < deadline);
    assertEquals(List.of(), left, server::output);
  }

  /** Threads of ours that live, and class loaders that still have our classes beyond those kept. */
  private static List<String> left(AppServerProcess server, int kept) {
    // A server may keep the last connection that it served until it serves another.
    RawResponse unused = RawClient.get(server.url(), "/");
    String told =
        server.jcmd("GC.run", "Thread.print", "VM.classloaders show-classes=true fold=false");
    List<String> left = new ArrayList<>();
    told.lines().filter(line -> OURS.matcher(line).find()).forEach(left::add);
    long loaders = told.lines().filter(line -> line.endsWith("dev.helix.HelixApplication")).count();
    if (loaders > kept) {
      left.add(loaders + " class loaders");
    }
    return left;
  }

  @Test
  @Check("settings in the promised order")
  default void settings_areTakenInThePromisedOrder(@TempDir Path folder) {
    String initParam = "helix.timeout.first-byte";
    String jndi = "helix.timeout.idle";
    String property = "helix.timeout.connect";
    String contextParam = "helix.timeout.models";
    String variable = "helix.timeout.stalled-reader";
    Path war =
        AlteredWar.with(
            folder,
            Map.of(initParam, "11s"),
            Map.of(initParam, "21s", jndi, "22s"),
            Map.of(initParam, "41s", jndi, "42s", property, "43s", contextParam, "44s"));
    Map<String, String> environment = new HashMap<>(demo(folder).environment());
    environment.put("HELIX_TIMEOUT_FIRST_BYTE", "51s");
    environment.put("HELIX_TIMEOUT_IDLE", "52s");
    environment.put("HELIX_TIMEOUT_CONNECT", "53s");
    environment.put("HELIX_TIMEOUT_MODELS", "54s");
    environment.put("HELIX_TIMEOUT_STALLED_READER", "55s");
    Deployment deployment =
        Deployment.of(NAME, war, environment)
            .withJvmOptions(
                "-D" + initParam + "=31s", "-D" + jndi + "=32s", "-D" + property + "=33s");
    try (AppServerProcess server = AppServerProcess.start(kind(), deployment)) {
      for (String line :
          List.of(
              initParam + " = 11s (init-param)",
              jndi + " = 22s (JNDI)",
              property + " = 33s (system property)",
              contextParam + " = 44s (context-param)",
              variable + " = 55s (environment)")) {
        server.await(Pattern.compile(Pattern.quote(line)), 1);
      }
    }
  }

  @Test
  @Check("sessions in the server's DataSource")
  default void dataSourceOfTheServer_holdsTheSessions(
      @TempDir Path folder, PostgresServer postgres) {
    String database = postgres.newDatabase();
    Deployment deployment =
        Deployment.of(
                Map.of(
                    "HELIX_STORE", "jdbc",
                    "HELIX_JDBC_JNDI", kind().jndiName("jdbc/helix"),
                    "HELIX_SESSIONS_DIR", folder.resolve("unused").toString()))
            .with(
                new Deployment.DataSource(
                    "jdbc/helix",
                    postgres.url(database),
                    postgres.user(),
                    postgres.password(),
                    PostgresServer.driver()));
    try (AppServerProcess server = AppServerProcess.start(kind(), deployment)) {
      assertTrue(remembers(server.url(), "The harbour is grey").contains("turn 1 "));
    }
    try (AppServerProcess server =
        AppServerProcess.start(kind(), deployment.withJvmOptions(NO_SOFT_REFERENCES))) {
      String answer = remembers(server.url(), "And now?");
      assertTrue(answer.contains("turn 2 ") && answer.contains("The harbour is grey"), answer);
      assertEquals(200, RawClient.get(server.url(), "/health/ready").status());
      server.undeploy(NAME);
      awaitNothingLeft(server, 1);
    }
    assertFalse(folder.resolve("unused").toFile().exists());
  }

  /** The demo's answer to a question of a conversation that the server keeps. */
  private static String remembers(URI url, String question) {
    try (RawClient client =
        new HttpConversation(url, "X-Conversation-ID", "kept", "X-Conversation-History", "stored")
            .ask(question)) {
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      return response.json().path("choices").path(0).path("message").path("content").asText();
    }
  }

  @Test
  @Check("wrong settings stop it with one message, and nothing else")
  default void wrongSettings_stopTheDeploymentWithOneMessage_andNothingElse(@TempDir Path folder) {
    Map<String, String> environment = new HashMap<>(demo(folder).environment());
    environment.put("HELIX_TIMEOUT_IDLE", "soon");
    environment.put("HELIX_UPSTREAM_URL", "ftp://127.0.0.1");
    Deployment deployment =
        Deployment.of("bystander", AlteredWar.bystander(folder), environment)
            .withJvmOptions("-Dhelix.history.mode=some");
    try (AppServerProcess server = AppServerProcess.start(kind(), deployment)) {
      server.deployInVain(NAME, Built.war());
      for (String told :
          List.of(
              "helix.timeout.idle = soon \\(environment\\): must be a duration",
              "helix.upstream.url = ftp.* \\(environment\\): must be an http",
              "helix.history.mode = some \\(system property\\): must be one of client, stored")) {
        server.await(Pattern.compile(told), 1);
      }
      RawResponse hello = RawClient.get(server.url(), "/hello.txt");
      assertTrue(hello.text().endsWith("hello"), hello::text);
      RawResponse refused = RawClient.get(URI.create(server.root() + "/" + NAME), "/v1/models");
      assertTrue(refused.status() == 404 || refused.status() == 503, refused::text);
      assertFalse(folder.resolve("sessions").toFile().exists());
    }
  }

  @Test
  @Check("two copies on one server do not meet")
  default void twoCopies_doNotMeet(@TempDir Path folder) {
    try (AppServerProcess server = AppServerProcess.start(kind(), demo(folder))) {
      server.deployInVain("second", Built.war());
      server.await(Pattern.compile("another server uses the sessions directory"), 1);
      assertTrue(remembers(server.url(), "I am first").contains("turn 1 "));

      server.deploy(
          "third",
          AlteredWar.with(
              folder,
              Map.of("helix.sessions.dir", folder.resolve("others").toString()),
              Map.of(),
              Map.of()));
      String third = remembers(URI.create(server.root() + "/third"), "Who was here?");
      assertTrue(third.contains("turn 1 "), third);
      assertFalse(third.contains("I am first"), third);
      assertTrue(remembers(server.url(), "And still?").contains("turn 2 "));
      server.undeploy("third");
      assertTrue(remembers(server.url(), "Still here?").contains("turn 3 "));
    }
  }

  @Test
  @Check("what is no HTTP hurts nobody")
  default void whatIsNoHttp_isRefused_andHurtsNobody() {
    Endpoint endpoint = servers().endpoint(Group.DEMO);
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.send("GARBAGE\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      // GlassFish waits for more of it, and hears that there is none.
    }
    for (String bad :
        List.of(
            // Open Liberty lets it pass, and our filter sees that one of them is not this machine.
            "GET /" + NAME + "/v1/models HTTP/1.1\r\nHost: localhost\r\nHost: b\r\n\r\n",
            "POST /"
                + NAME
                + "/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Length: many\r\n\r\n")) {
      try (RawClient client = RawClient.connect(endpoint.url())) {
        client.send(bad.getBytes(StandardCharsets.US_ASCII));
        int status = client.response().status();
        assertTrue(status >= 400 && status < 500, bad + " is " + status);
      }
    }
    assertEquals(List.of("helix-demo"), models(endpoint.url()));
  }

  @Test
  @Check("a stop under load records every turn")
  default void stopUnderLoad_recordsEveryRunningTurn() {
    Endpoint endpoint = usual();
    List<Talk> talks = new ArrayList<>();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      Talk talk = endpoint.talk();
      talks.add(talk);
      clients.add(talk.http().stream("Question " + i));
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("So far " + i));
      Talk.hears(clients.get(i).response(), "So far " + i);
    }
    CompletableFuture<Integer> exit = endpoint.server().terminate();
    exit.join();
    for (int i = 0; i < talks.size(); i++) {
      assertEquals(
          List.of("user:Question " + i, "assistant:So far " + i), talks.get(i).stored().said());
    }
    clients.forEach(RawClient::close);
    endpoint.start();
    talks.get(0).again().streamed("Once more", "Yes");
  }

  private static List<String> models(URI url) {
    RawResponse models = RawClient.get(url, "/v1/models");
    assertEquals(200, models.status(), models::text);
    JsonNode data = models.json().path("data");
    return data.findValuesAsText("id");
  }

  /** The WAR with the demo and its sessions in that folder. */
  private static Deployment demo(Path folder) {
    return Deployment.of(Map.of("HELIX_SESSIONS_DIR", folder.resolve("sessions").toString()));
  }
}
