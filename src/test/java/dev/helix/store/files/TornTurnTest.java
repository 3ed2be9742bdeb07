package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.reliability.CountedTests;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SteppingClock;
import dev.helix.store.ArrayScan;
import dev.helix.store.MemoryFolder;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A turn as the manager records it, torn at every byte of its question part and of its answer part:
 * the next turn must work, and nothing from before it may be lost.
 */
@ExtendWith(CountedTests.class)
class TornTurnTest {
  private static final SessionId ID = new SessionId("conv-a");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What every transcript ends with. */
  private static final int CLOSING = "\n]\n".length();

  @TempDir(factory = MemoryFolder.class)
  Path directory;

  /** The file before the turn, with its question part, and with its answer part. */
  private byte[] before;

  private byte[] asked;
  private byte[] answered;

  /** Open all the time: that a store which opens repairs too is {@link TornTranscriptTest}'s. */
  private SessionManager manager;

  @BeforeEach
  void recordTwoTurns() throws IOException {
    SteppingClock clock = new SteppingClock();
    manager = new SessionManager(FileSessionStore.open(directory, clock), clock);
    SessionState session = manager.getOrCreateSession(null, "a");
    List<Message> messages = new ArrayList<>();
    messages.add(Message.of("system", "Sei knapp. \u2028 \\ \"ä\""));
    messages.add(Message.of("user", "Grüße, 你好 🐍"));
    OpenTurn first = manager.beginTurn(session, messages, HistoryMode.CLIENT);
    manager.completeTurn(first, List.of(answer("Hällo \n\t ] } \" \\u0041")));
    before = Files.readAllBytes(messages());
    messages.add(Message.of("assistant", "Hällo \n\t ] } \" \\u0041"));
    messages.add(
        parse(
            "{'role':'user','content':[{'type':'text','text':'Wie ist es in São Paulo? ☂'},"
                + "{'type':'image_url','image_url':{'url':'data:image/png;base64,AAAA'}}]}"));
    messages.add(
        parse(
            "{'role':'assistant','content':null,'tool_calls':[{'id':'call_1','type':'function',"
                + "'function':{'name':'wetter','arguments':'{}'}}]}"));
    messages.add(parse("{'role':'tool','tool_call_id':'call_1','content':'17 °C, [{\\\\\\'}]'}"));
    OpenTurn second = manager.beginTurn(session, messages, HistoryMode.CLIENT);
    asked = Files.readAllBytes(messages());
    manager.completeTurn(second, List.of(answer("17 °C 🌧, \\ \"wörtlich\" \u0007 ]\n]")));
    answered = Files.readAllBytes(messages());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Message parse(String json) {
    return Message.parse(json.replace('\'', '"').getBytes(UTF_8));
  }

  private static Answer answer(String text) {
    return new Answer(Message.of("assistant", text), "m", "stop", AnswerStatus.COMPLETED);
  }

  private Path messages() {
    return directory.resolve("conv-a/context/messages.json");
  }

  @Test
  void processKilledAtAnyByte_losesNoWholeMessage() throws IOException {
    eachCut(
        (from, to, cut) -> {
          byte[] left = Arrays.copyOf(to, Math.max(cut, from.length));
          System.arraycopy(from, 0, left, 0, from.length);
          System.arraycopy(to, 0, left, 0, cut);
          assertEquals(wholeIn(to, cut), recovered(left, from), "cut at " + cut);
        });
  }

  @Test
  void powerLostAtAnyByte_withTheFileTooShort_losesNoWholeMessage() throws IOException {
    eachCut(
        (from, to, cut) ->
            assertEquals(
                wholeIn(to, cut), recovered(Arrays.copyOf(to, cut), from), "cut at " + cut));
  }

  @Test
  void powerLostAtAnyByte_withZerosBehind_losesNoWholeMessage() throws IOException {
    eachCut(
        (from, to, cut) -> {
          byte[] left = Arrays.copyOf(Arrays.copyOf(to, cut), to.length);
          assertEquals(wholeIn(to, cut), recovered(left, from), "cut at " + cut);
        });
  }

  @Test
  void powerLostAtAnyByte_withOldBytesBehind_losesNothingFromBefore() throws IOException {
    eachCut(
        (from, to, cut) -> {
          byte[] left = to.clone();
          for (int i = cut; i < left.length; i++) {
            left[i] = from[(i * 7 + cut) % from.length];
          }
          List<String> ids = recovered(left, from);
          assertEquals(idsIn(from), ids.subList(0, idsIn(from).size()), "cut at " + cut);
        });
  }

  /** One way to tear the write that makes the file what it is in {@code to}. */
  private interface Tear {
    void at(byte[] from, byte[] to, int cut) throws IOException;
  }

  private void eachCut(Tear tear) throws IOException {
    for (byte[][] part : new byte[][][] {{before, asked}, {asked, answered}}) {
      for (int cut = part[0].length - CLOSING; cut <= part[1].length; cut++) {
        tear.at(part[0], part[1], cut);
      }
    }
  }

  /**
   * The ids that are there when a store meets what was left and records another turn, of which the
   * file must then be a valid array; what stood before the tear must stand there to the byte, and
   * what was cut off must lie beside it.
   */
  private List<String> recovered(byte[] left, byte[] from) throws IOException {
    Files.write(messages(), left);
    manager.transcript(ID);
    byte[] repaired = Files.readAllBytes(messages());
    List<String> ids = idsIn(repaired);
    int end = from.length - CLOSING;
    assertArrayEquals(Arrays.copyOf(from, end), Arrays.copyOf(repaired, end));
    assertNothingThrownAway(left, repaired);
    OpenTurn next =
        manager.beginTurn(
            manager.find(ID).orElseThrow(),
            List.of(Message.of("user", "next")),
            HistoryMode.STORED);
    manager.completeTurn(next, List.of(answer("well")));
    List<String> now = idsIn(Files.readAllBytes(messages()));
    assertEquals(ids, now.subList(0, ids.size()));
    assertEquals(ids.size() + 2, now.size());
    return ids;
  }

  private void assertNothingThrownAway(byte[] left, byte[] repaired) throws IOException {
    if (Arrays.equals(left, repaired)) {
      return;
    }
    int kept = repaired.length - CLOSING;
    byte[] aside = new byte[0];
    for (Path file : aside()) {
      aside = Files.readAllBytes(file);
      Files.delete(file);
    }
    assertArrayEquals(
        aside, Arrays.copyOfRange(left, left.length - aside.length, left.length), "set aside");
    // In between there is at most an old closing bracket.
    assertTrue(ArrayScan.isBlank(bracketless(left, kept, left.length - aside.length), 0, 1));
  }

  private static byte[] bracketless(byte[] bytes, int from, int to) {
    String between = new String(bytes, from, to - from, UTF_8);
    return (between.replaceFirst("]", "").strip() + " ").getBytes(UTF_8);
  }

  private List<Path> aside() throws IOException {
    try (Stream<Path> files = Files.list(messages().getParent())) {
      return files.filter(f -> f.getFileName().toString().startsWith("messages.torn-")).toList();
    }
  }

  /**
   * The ids of the elements of which every byte lies before the cut: each is a line of its own,
   * with a comma behind it.
   */
  private static List<String> wholeIn(byte[] array, int cut) throws IOException {
    List<String> whole = new ArrayList<>();
    int end = "[".length();
    for (String line : new String(array, UTF_8).split("\n", -1)) {
      if (line.startsWith("{")) {
        String element = line.replaceFirst(",$", "");
        if (end + 1 + element.getBytes(UTF_8).length > cut) {
          break;
        }
        end += 1 + line.getBytes(UTF_8).length;
        whole.add(JSON.readTree(element).path("id").asText());
      }
    }
    return whole;
  }

  private static List<String> idsIn(byte[] array) throws IOException {
    return JSON.readTree(array).findValuesAsText("id").stream()
        .filter(id -> !id.startsWith("call_"))
        .toList();
  }
}
