package dev.helix.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.HelixApplication;
import dev.helix.config.InvalidSettingsException;
import dev.helix.filter.ConversationFilter;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.transcript.Answer;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application archives what is idle, and the filter alone brings it back. */
class ArchiveApplicationTest {
  private static final SessionId TRIP = new SessionId("conv-trip");

  @TempDir Path folder;

  private Path sessions() {
    return folder.resolve("sessions");
  }

  private void say(String conversation, Duration ago) {
    try (SessionManager manager =
        new SessionManager(
            SessionStore.open("files", Map.of("helix.sessions.dir", sessions().toString())::get),
            Clock.offset(Clock.systemUTC(), ago.negated()))) {
      manager.completeTurn(
          manager.beginTurn(
              manager.getOrCreateSession(null, conversation),
              List.of(Message.of("user", "Hello")),
              HistoryMode.CLIENT),
          List.of(new Answer(Message.of("assistant", "Hi."), "m", "stop", AnswerStatus.COMPLETED)));
    }
  }

  private ServletContextHandler application(boolean whole, Map<String, String> more) {
    ServletContextHandler context = new ServletContextHandler();
    Map<String, String> settings = new HashMap<>(more);
    settings.put("helix.sessions.dir", sessions().toString());
    settings.forEach(context::setInitParameter);
    if (whole) {
      context.addEventListener(new HelixApplication());
    } else {
      context.addFilter(
          new FilterHolder(ConversationFilter.class), "/*", EnumSet.of(DispatcherType.REQUEST));
    }
    return context;
  }

  private static SessionManager manager(ServletContextHandler context) {
    return (SessionManager)
        context.getServletContext().getAttribute(SessionManager.class.getName());
  }

  private static void awaitEmpty(Path of) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (Files.exists(of) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertFalse(Files.exists(of), "it is still there: " + of);
  }

  private List<String> archives(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void idleSession_isArchivedInTheBackground_andComesBackAfterARestart() throws Exception {
    say("trip", Duration.ofDays(8));
    say("used", Duration.ofDays(6));
    Server server = new Server();
    server.setHandler(
        application(true, Map.of("helix.archive.days", "7", "helix.archive.interval", "1s")));
    server.start();
    try {
      awaitEmpty(sessions().resolve(TRIP.value()));
      assertTrue(archives(sessions().resolve("_archive")).get(0).endsWith("_conv-trip.zip"));
      assertTrue(Files.exists(sessions().resolve("conv-used")));
    } finally {
      server.stop();
    }
    Server next = new Server();
    ServletContextHandler filterAlone = application(false, Map.of());
    next.setHandler(filterAlone);
    next.start();
    try {
      SessionManager manager = manager(filterAlone);
      assertEquals(2, manager.transcript(TRIP).messages().size());
      assertEquals(1, archives(sessions().resolve("_archive")).size());
      manager.saveContext(TRIP, "why", "because");
      assertEquals(List.of(), archives(sessions().resolve("_archive")));
    } finally {
      next.stop();
    }
  }

  @Test
  void archiveElsewhere_isUsed_whereItIsSet() throws Exception {
    say("trip", Duration.ofDays(8));
    Path elsewhere = folder.resolve("shared/archive");
    Server server = new Server();
    ServletContextHandler context =
        application(
            true,
            Map.of(
                "helix.archive.days",
                "1",
                "helix.archive.interval",
                "1s",
                "helix.archive.dir",
                elsewhere.toString()));
    server.setHandler(context);
    server.start();
    try {
      awaitEmpty(sessions().resolve(TRIP.value()));
      assertEquals(1, archives(elsewhere).size());
      assertEquals(2, manager(context).transcript(TRIP).messages().size());
      manager(context).saveContext(TRIP, "why", "because");
      assertEquals(List.of(), archives(elsewhere));
    } finally {
      server.stop();
    }
  }

  @Test
  void daysThatMakeNoSense_stopTheStart() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("helix.archive.days", "0"),
            Map.of("helix.archive.days", "7d"),
            Map.of("helix.archive.interval", "0s"))) {
      Server server = new Server();
      server.setHandler(application(true, wrong));
      InvalidSettingsException failure =
          assertThrows(InvalidSettingsException.class, server::start);
      assertTrue(
          failure.getMessage().contains(wrong.keySet().iterator().next()), failure.getMessage());
    }
    assertFalse(Files.exists(sessions()));
  }

  @Test
  void databaseWithoutAFolderForItsArchive_stopsTheStart_whereSessionsAreToBeArchived() {
    Server server = new Server();
    server.setHandler(
        application(
            true,
            Map.of(
                "helix.archive.days",
                "7",
                "helix.store",
                "jdbc",
                "helix.jdbc.url",
                "jdbc:postgresql://127.0.0.1:9/helix")));
    InvalidSettingsException failure = assertThrows(InvalidSettingsException.class, server::start);
    assertTrue(failure.getMessage().contains("helix.archive.dir"), failure.getMessage());
    assertTrue(
        failure
            .getMessage()
            .contains(
                "must be a folder that all servers share, where helix.archive.days is set and the"
                    + " store is "),
        failure.getMessage());
  }
}
