package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.ReplyHead;
import dev.helix.blackbox.UpstreamForm;
import dev.helix.blackbox.UpstreamForm.Told;
import dev.helix.blackbox.UpstreamForms;
import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.turn.reply.BackendReply.Progress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every form of an answer, as it is read, whatever pieces it comes in. */
class UpstreamFormsTest {
  private static final ReplyLimits LIMITS =
      new ReplyLimits(UpstreamForms.REPLY, UpstreamForms.DATA_URL);

  static Stream<UpstreamForm> streams() {
    return UpstreamForms.all().filter(UpstreamForm::stream);
  }

  static Stream<UpstreamForm> bodies() {
    return UpstreamForms.all().filter(form -> !form.stream());
  }

  @ParameterizedTest
  @MethodSource("streams")
  void whateverFormAStreamHas_itIsReadAndPasses(UpstreamForm form) {
    for (int size : List.of(1, 7, 100, form.in().length)) {
      ByteArrayOutputStream passed = new ByteArrayOutputStream();
      BackendReply reply = read(form, size, passed);
      Answer answer =
          reply.answers(reply.isWhole() ? AnswerStatus.COMPLETED : AnswerStatus.FAILED).get(0);
      assertIs(form, answer);
      boolean whole = form.told() == Told.NOTHING || form.told() == Told.DONE;
      assertEquals(whole, reply.isWhole() || reply.hasToldError());
      assertEquals(form.told() == Told.ITS_ERROR, reply.error() != null && !reply.hasToldError());
      byte[] done = reply.doneEvent();
      int until = done == null ? form.passes().length : passed.size();
      assertArrayEquals(Arrays.copyOf(form.in(), until), passed.toByteArray());
      assertTrue(done == null || form.in().length - until <= done.length + 1);
    }
  }

  private static BackendReply read(UpstreamForm form, int size, ByteArrayOutputStream passed) {
    BackendReply reply =
        new BackendReply(
            LIMITS,
            form.stream(),
            1,
            new BackendReply.Events() {
              @Override
              public void pass(ByteBuffer bytes) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                passed.writeBytes(copy);
              }

              @Override
              public void chunk(byte[] bytes, int from, int length) {
                // It is passed too.
              }
            });
    reply.begin(ReplyHead.ok(form.stream() ? "text/event-stream" : "application/json"));
    byte[] in = form.in();
    for (int from = 0; from < in.length; from += size) {
      byte[] piece = Arrays.copyOfRange(in, from, Math.min(in.length, from + size));
      if (reply.take(ByteBuffer.wrap(piece)) == Progress.TOO_LONG) {
        reply.passOn();
      }
    }
    reply.end();
    return reply;
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void whateverFormABodyHas_itIsRead(UpstreamForm form) {
    BackendReply reply = read(form, 1000, new ByteArrayOutputStream());
    WholeReply whole = reply.read(reply.body());
    assertTrue(whole.isCompletion());
    assertIs(form, reply.answers(whole).get(0));
  }

  private static void assertIs(UpstreamForm form, Answer answer) {
    assertEquals(form.kept(), new String(answer.message().wireJson(), StandardCharsets.UTF_8));
    assertEquals(form.status(), answer.status().wireName());
    assertEquals(form.finishReason(), answer.finishReason());
  }
}
