package dev.helix.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.operator.Copies.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands {@code import} and {@code export}, on real stores. */
class ImportCommandTest {
  private static final String CHATS =
      """
      [{"id":"c1","user_id":"ada","title":"A\\ttalk","created_at":1764000000,"updated_at":1764000100,
        "chat":{"history":{"currentId":"a","messages":{
         "q":{"role":"user","content":"Q","parentId":null},
         "a":{"role":"assistant","content":"A","parentId":"q","model":"m"}}}}},
       {"id":"channel:x","title":"No","chat":{"history":{"messages":{"q":{"role":"user","content":"Q"}}}}},
       {"id":"c2","user_id":"bob","chat":{"history":{"messages":{"q":{"role":"user","content":"Q"}}}}}]
      """;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("chat-export-1.json"), CHATS);
  }

  private Said run(String... arguments) throws IOException {
    return Copies.run(
        Stream.concat(Stream.of(arguments), Stream.of("--sessions", folder.resolve("s").toString()))
            .toArray(String[]::new));
  }

  private static String first(Said said) {
    return said.out().substring(0, said.out().indexOf('\t'));
  }

  @Test
  void anImport_saysWhatBecameOfEachChat_andMayBeRepeated() throws IOException {
    Said said = run("import", file.toString());
    assertEquals(1, said.status());
    assertEquals(
        """
        conv-c1\t2025-11-24T16:00:00Z\t2025-11-24T16:01:40Z\t-\tmessages 2\tbranches 1\tcalls 0\tattachments 0\tA\\ttalk
        conv-c2\tTIME\tTIME\t-\tmessages 1\tbranches 1\tcalls 0\tattachments 0\t-
        imported 2, there already 0, skipped 1, without messages 0
        messages 3, attachments 0, models: m
        """,
        said.out().replaceAll("(?m)^(conv-c2\t)\\S+\t\\S+", "$1TIME\tTIME"));
    assertTrue(said.err().contains("channel:x is skipped"), said.err());
    Said again = run("import", "--format", "openwebui", file.toString());
    assertTrue(again.out().startsWith("imported 0, there already 2, skipped 1"), again.out());
    assertTrue(again.err().contains("conv-c1 exists already, and stays as it is"), again.err());
  }

  @Test
  void aDryRun_storesNothing() throws IOException {
    assertEquals(1, run("import", file.toString(), "--owner", "t:*").status());
    Said said = run("import", file.toString(), "--owner", "other:*", "--dry-run");
    assertTrue(said.out().contains("to be imported 2, there already 0, skipped 1"), said.out());
    Said same = run("import", file.toString(), "--owner", "t:*", "--dry-run");
    assertTrue(same.out().startsWith("to be imported 0, there already 2"), same.out());
    assertEquals(2, run("list").out().lines().count());
  }

  @Test
  void whereThereIsNoStoreYet_aDryRunSaysWhatWouldBe() throws IOException {
    Said said = run("import", file.toString(), "--dry-run");
    assertTrue(said.out().contains("to be imported 2, there already 0, skipped 1"), said.err());
    assertFalse(Files.exists(folder.resolve("s")));
  }

  @Test
  void exports_areImportedAsTheyWere() throws IOException {
    assertEquals(1, run("import", file.toString(), "--owner", "t:*").status());
    Path to = folder.resolve("out.jsonl");
    Said said = run("export", "--owner", "t:ada", "--to", to.toString());
    assertEquals(0, said.status(), said.err());
    assertEquals(1, Files.readAllLines(to).size());
    assertEquals(2, run("export", "--to", to.toString()).status(), "none is replaced");
    Said imported =
        Copies.run("import", to.toString(), "--sessions", folder.resolve("other").toString());
    assertEquals(0, imported.status(), imported.err());
    assertTrue(imported.out().contains("\tt:ada\tmessages 2"), imported.out());
    String session = first(run("list"));
    Said page = run("export", session, "--format", "markdown");
    assertTrue(page.out().startsWith("# "), page.out());
    assertEquals(1, run("export", "conv-nobody").status());
  }

  /** The tables of Open WebUI, of which the chat's own JSON lacks a message. */
  @Test
  void aDatabaseOfOpenWebUi_isRead() throws IOException, SQLException {
    String url = "jdbc:h2:" + folder.resolve("webui");
    try (Connection made = DriverManager.getConnection(url);
        Statement tables = made.createStatement()) {
      tables.execute(
          "CREATE TABLE chat (id VARCHAR PRIMARY KEY, user_id VARCHAR, title VARCHAR, chat CLOB,"
              + " created_at BIGINT, updated_at BIGINT, meta VARCHAR, current_message_id VARCHAR)");
      tables.execute(
          "CREATE TABLE chat_message (id VARCHAR PRIMARY KEY, chat_id VARCHAR, role VARCHAR,"
              + " parent_id VARCHAR, content VARCHAR, model_id VARCHAR, done BOOLEAN,"
              + " created_at BIGINT)");
      tables.execute(
          "INSERT INTO chat VALUES ('c1', 'ada', 'T', '{\"history\":{\"messages\":{\"q\":{\"role\":"
              + "\"user\",\"content\":\"Q\"}}}}', 1764000000, 1764000100, '{}', 'a'),"
              + " ('a1', 'ada', 'T', '{\"history\":\"x\"}', 1, 1, '{}', NULL),"
              + " ('a2', 'ada', 'T', '{\"history\":{\"messages\":[]}}', 1, 1, '{}', NULL),"
              + " ('c2', 'bob', 'U', 'no JSON', 1, 1, NULL, NULL)");
      tables.execute(
          "INSERT INTO chat_message VALUES ('c1-q', 'c1', 'user', NULL, '\"other\"', NULL, TRUE,"
              + " 1), ('c1-a', 'c1', 'assistant', 'q', '\"A\"', 'm', TRUE, 1764000050)");
    }
    Said said = run("import", "--jdbc", url, "--owner", "t:*");
    assertEquals(
        1, said.out().lines().filter(each -> each.contains("\tt:ada\tmessages 2\t")).count());
    assertTrue(said.out().contains("models: m"), said.out() + said.err());
    String session = first(said);
    String page = run("show", session).out();
    assertTrue(page.contains("user: Q\n\nassistant: A"), page);
    assertEquals(0, run("import", "--jdbc", url, "--owner", "t:*", "--dry-run").status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "import|2|import takes either files or --jdbc URL",
        "import x --format word|2|a format is openwebui, chatgpt, librechat, jsonl",
        "import x --owner :|2|--owner takes TENANT, TENANT:USER or :USER, not :",
        "import no-such-file.json|1|no-such-file.json: there is no such file",
        "import --jdbc jdbc:none:x?ssl=true|2|there is no driver for jdbc:none:x: name its jar with"
            + " --driver",
        "import --jdbc jdbc:none:x?password=secret|2|without user and password",
        "import --jdbc jdbc:none://u:secret@h/x|2|without user and password",
        "import --jdbc jdbc:h2:mem:x --driver nothing.jar|2|there is no file nothing.jar",
        "import --jdbc jdbc:h2:mem:x|1|the database cannot be read",
        "import pom.xml|1|pom.xml: it is no JSON",
        "export --format word|2|a format is jsonl, markdown, openwebui, fine-tuning",
        "export x --owner y|2|export takes either session ids or --owner",
      })
  void whatMakesNoSense_isSaid(String line, int status, String message) throws IOException {
    assertEquals(1, run("import", file.toString()).status());
    Said said = run(List.of(line.split(" ")).toArray(String[]::new));
    assertEquals(status, said.status());
    assertTrue(said.err().contains(message), said.err());
    assertFalse(said.err().contains("secret"), said.err());
  }
}
