package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.packaging.SmallDisk;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server on a disk that is full for a while: one for all tests, each of which leaves room on
 * it.
 */
@EnabledOnOs(OS.LINUX)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullDiskIT {
  private SmallDisk disk;
  private Endpoint endpoint;

  @BeforeAll
  void start(@TempDir Path at) {
    disk = SmallDisk.mount(at, 4096);
    endpoint = Endpoint.start(ServerUnderTest.launcher(), Group.USUAL, disk.sessions());
  }

  @AfterEach
  void forget() {
    disk.free();
    endpoint.upstream().forget();
  }

  @AfterAll
  void end() {
    if (endpoint != null) {
      endpoint.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  /** Longer than what is free of the last page, however the transcript lies on it. */
  private static String text(int i) {
    return "ä".repeat(SmallDisk.PAGE / 2 + 61 * i);
  }

  @Test
  void question_thatFindsNoRoom_is507_andTheConversationGoesOnWhenThereIsSome() {
    Talk talk = endpoint.talk();
    List<String> said = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      talk.whole("question " + i, "answer " + i);
      said.addAll(List.of("user:question " + i, "assistant:answer " + i));
      disk.fill(0);
      try (RawClient client = talk.http().ask(text(i))) {
        Errors.check(507, "storage_full", client.response());
      }
      talk.http().messages().remove(talk.http().messages().size() - 1);
      assertEquals(said, talk.stored().said());
      disk.free();
    }
    afterwards(talk, said);
  }

  @Test
  void newConversation_thatFindsNoRoom_is507_orBehindItsAnswer424_andLeavesNothingOrItsQuestion() {
    List<String> outcomes = new ArrayList<>();
    for (int pages = 0; pages < 12; pages++) {
      endpoint.upstream().answerAlways(asked -> Reply.json(200, Completions.completion(text(2))));
      Talk talk = endpoint.talk();
      disk.fill(pages);
      try (RawClient client = talk.http().ask(text(1))) {
        RawResponse response = client.response();
        List<String> question = List.of("user:" + text(1));
        if (response.status() == 200) {
          response.rest();
          assertEquals(2, talk.stored().said().size());
        } else {
          Errors.check(response.status() == 424 ? 424 : 507, "storage_full", response);
          assertEquals(question, talk.stored().exists() ? talk.stored().said() : question);
        }
        outcomes.add(response.status() + (talk.stored().exists() ? " kept" : " nothing"));
      }
      disk.free();
      endpoint.upstream().forget();
    }
    assertTrue(
        outcomes.containsAll(List.of("507 nothing", "424 kept", "200 kept")), outcomes::toString);
    Talk other = endpoint.talk();
    other.whole("and now?", "well");
    afterwards(other, List.of("user:and now?", "assistant:well"));
  }

  @Test
  void streamedAnswer_thatFindsNoRoom_endsWithAnErrorEvent_andTheQuestionIsKept() {
    Talk talk = endpoint.talk();
    List<String> said = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      try (RawClient client = talk.http().stream("question " + i)) {
        Call call = endpoint.upstream().next();
        call.beginSse();
        call.sse(Completions.role());
        call.sse(Completions.delta("begun"));
        RawResponse response = client.response();
        Talk.hears(response, "begun");
        disk.fill(0);
        call.sse(Completions.delta(text(i)));
        call.sse(Completions.finish("stop"));
        call.sse(Completions.DONE);
        call.end();
        assertEquals("storage_full", Talk.hearsErrorAtTheEnd(response).path("code").asText());
      }
      said.add("user:question " + i);
      assertEquals(said, talk.stored().said());
      disk.free();
      // The same question again is found and answered.
      talk.http().messages().remove(talk.http().messages().size() - 1);
      talk.streamed("question " + i, "answer ", "" + i);
      said.add("assistant:answer " + i);
    }
    afterwards(talk, said);
  }

  /** A reply that changes the session's state: there is room for the reply but not for that. */
  @Test
  void stateThatFindsNoRoom_is424_andTheReplyIsKept() {
    Talk talk = endpoint.talk();
    talk.whole("question", "answer");
    String answer = "noted <!-- STEP: why -->";
    try (RawClient client = talk.http().ask("next")) {
      Call call = endpoint.upstream().next();
      disk.fill(0);
      call.respondJson(200, Completions.completion(answer));
      Errors.check(424, "storage_full", client.response());
    }
    assertEquals("what", talk.stored().status().path("step").asText());
    List<String> said =
        List.of("user:question", "assistant:answer", "user:next", "assistant:" + answer);
    assertEquals(said, talk.stored().said());
    disk.free();
    talk.http().heard(answer);
    afterwards(talk, said);
  }

  /** Another turn works, without a restart, and all is there after one. */
  private void afterwards(Talk talk, List<String> said) {
    talk.streamed("at last", "well", " done");
    List<String> all = new ArrayList<>(said);
    all.addAll(List.of("user:at last", "assistant:well done"));
    assertEquals(all, talk.stored().said());
    endpoint.restart();
    assertEquals(all, talk.stored().said());
    talk.again().whole("once more", "yes");
    all.addAll(List.of("user:once more", "assistant:yes"));
    assertEquals(all, talk.stored().said());
    assertFalse(endpoint.log().contains("was repaired"), endpoint.log());
  }
}
