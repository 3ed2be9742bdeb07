package dev.helix.turn.reply;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.backend.ReplyHead;
import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.turn.reply.BackendReply.Progress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Replies that are made to fill the heap, read in a program of its own, which has little of it. For
 * each it prints what came of it.
 */
final class HostileReplies {
  /** How much of a reply is kept, in characters. */
  private static final int KEPT = 2 << 20;

  /** How much a stream sends, in bytes. */
  private static final int SENT = 10 << 20;

  private static final int ENTRIES = 300;

  private HostileReplies() {}

  /** Streams, by what they repeat; it is given a number that was not given before. */
  static Map<String, IntFunction<String>> streams() {
    Map<String, IntFunction<String>> streams = new LinkedHashMap<>();
    streams.put("numbers", i -> "{\"delta\":{\"n" + i + "\":1}}");
    streams.put("flags", i -> "{\"delta\":{\"n" + i + "\":true}}");
    streams.put("nothing under names", i -> "{\"delta\":{\"n" + i + "\":null}}");
    streams.put("empty texts", i -> "{\"delta\":{\"n" + i + "\":\"\"}}");
    streams.put("empty arrays", i -> "{\"delta\":{\"x\":[[],[],[[[]]]]}}");
    streams.put("empty objects", i -> "{\"delta\":{\"x\":[{},{}]}}");
    streams.put("objects in objects", i -> "{\"delta\":{\"x\":{\"n" + i + "\":{\"y\":{}}}}}");
    streams.put("entries of a list", i -> "{\"delta\":{\"x\":[{\"index\":" + i + "}]}}");
    streams.put("parts", i -> "{\"delta\":{\"content\":[{\"type\":\"t" + i + "\"}]}}");
    streams.put("pieces of text", i -> "{\"delta\":{\"content\":\"" + "x".repeat(40) + "\"}}");
    streams.put("messages", i -> "{\"message\":{\"n" + i + "\":[]}}");
    streams.put("choices", i -> "{\"index\":" + i + ",\"delta\":{\"content\":\"\"}}");
    streams.put("finished", i -> "{\"index\":" + i + ",\"finish_reason\":\"stop\"}");
    streams.put("calls", i -> "{\"delta\":{\"tool_calls\":[{\"index\":" + i + "}]}}");
    streams.put("ids of calls", i -> "{\"delta\":{\"tool_calls\":[{\"id\":\"c" + i + "\"}]}}");
    streams.put("no calls", i -> "{\"delta\":{\"tool_calls\":[" + i + ",[]]}}");
    streams.put("a call's fields", i -> "{\"delta\":{\"tool_calls\":[{\"n" + i + "\":1}]}}");
    streams.put(
        "a function's fields",
        i -> "{\"delta\":{\"tool_calls\":[{\"function\":{\"n" + i + "\":1}}]}}");
    streams.put(
        "a name in pieces", i -> "{\"delta\":{\"function_call\":{\"name\":\"" + i + "\"}}}");
    streams.put("logprobs", i -> "{\"logprobs\":{\"content\":[{\"token\":\"a\",\"bytes\":[1]}]}}");
    streams.put("logprobs under names", i -> "{\"logprobs\":{\"n" + i + "\":[]}}");
    return streams;
  }

  /** Bodies, by what they repeat between what comes before and behind. */
  static Map<String, List<String>> bodies() {
    String message = "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"a\"";
    Map<String, List<String>> bodies = new LinkedHashMap<>();
    bodies.put("choices", List.of("{\"choices\":[{\"message\":{}}", ",{}", "]}"));
    bodies.put("messages", List.of("{\"choices\":[{\"message\":{}}", ",{\"message\":{}}", "]}"));
    bodies.put("numbers for choices", List.of("{\"choices\":[{\"message\":{}}", ",1", "]}"));
    bodies.put("empty objects", List.of(message + ",\"x\":[{}", ",{}", "]}}]}"));
    bodies.put("numbers", List.of(message + ",\"x\":[1", ",1", "]}}]}"));
    bodies.put("calls", List.of(message + ",\"tool_calls\":[{}", ",{}", "]}}]}"));
    bodies.put("empty objects beside", List.of(message + "}}],\"x\":[{}", ",{}", "]}"));
    bodies.put("logprobs", List.of(message + "},\"logprobs\":[{}", ",{}", "]}]}"));
    bodies.put("no answer", List.of("{\"x\":[{}", ",{}", "]}"));
    bodies.put("an error", List.of(message + "}}],\"error\":{\"x\":[{}", ",{}", "]}}"));
    return bodies;
  }

  private static final class Passed implements BackendReply.Events {
    private long bytes;

    @Override
    public void pass(ByteBuffer piece) {
      bytes += piece.remaining();
    }

    @Override
    public void chunk(byte[] bytes, int from, int length) {
      // It has passed too.
    }
  }

  private static String stream(boolean asked, IntFunction<String> repeated) {
    Passed passed = new Passed();
    BackendReply reply = new BackendReply(new ReplyLimits(KEPT, 1 << 20), asked, 1, passed);
    reply.begin(ReplyHead.ok("text/event-stream"));
    long sent = 0;
    Progress progress = Progress.MORE;
    for (int i = 0; sent < SENT && progress == Progress.MORE; i += ENTRIES) {
      // As many choices with one index as chunks that have one each.
      String choices =
          IntStream.range(i, i + ENTRIES).mapToObj(repeated).collect(Collectors.joining(","));
      choices = choices.replace("{\"delta\"", "{\"index\":0,\"delta\"");
      byte[] event = ("data: {\"f" + i + "\":1,\"choices\":[" + choices + "]}\n\n").getBytes(UTF_8);
      sent += event.length;
      progress = reply.take(ByteBuffer.wrap(event));
      reply.isOver();
    }
    reply.end();
    List<Answer> answers = reply.answers(AnswerStatus.COMPLETED);
    boolean failed = answers.stream().allMatch(answer -> answer.status() == AnswerStatus.FAILED);
    return progress
        + (asked ? " passed " + (passed.bytes == sent) + (failed ? " failed" : " completed") : "");
  }

  /** One event that is as long as is kept. */
  private static String event(String begin, String repeated, String end) {
    Passed passed = new Passed();
    BackendReply reply = new BackendReply(new ReplyLimits(KEPT, 1 << 20), true, 1, passed);
    reply.begin(ReplyHead.ok("text/event-stream"));
    byte[] event = ("data: " + body(begin, repeated, end) + "\n\n").getBytes(UTF_8);
    reply.take(ByteBuffer.wrap(event));
    reply.end();
    return "passed " + (passed.bytes == event.length);
  }

  private static String body(String begin, String repeated, String end) {
    int room = KEPT - begin.length() - end.length() - 10;
    return begin + repeated.repeat(room / repeated.length()) + end;
  }

  private static String whole(String begin, String repeated, String end) {
    BackendReply reply = new BackendReply(new ReplyLimits(KEPT, 1 << 20), false, 1, new Passed());
    reply.begin(ReplyHead.ok("application/json"));
    reply.take(ByteBuffer.wrap(body(begin, repeated, end).getBytes(UTF_8)));
    reply.end();
    byte[] body = reply.body();
    WholeReply whole = reply.read(body);
    if (!whole.isCompletion()) {
      return "none " + (ReplyError.underSuccess(body) == null);
    }
    String error = whole.error() == null ? "" : " with an error";
    int answers = reply.answers(whole).size();
    String chunk = whole.isCut() ? "" : " chunk of " + (whole.asChunk().length > KEPT / 2);
    return (answers <= Weight.MOST_ENTRIES) + (whole.isCut() ? " cut" : " read") + error + chunk;
  }

  /** Reads all of them. */
  public static void main(String[] arguments) {
    streams()
        .forEach(
            (name, repeated) -> {
              System.out.println(name + ": " + stream(true, repeated));
              System.out.println(name + ", assembled: " + stream(false, repeated));
            });
    bodies()
        .forEach(
            (name, parts) -> {
              System.out.println(
                  "an event of " + name + ": " + event(parts.get(0), parts.get(1), parts.get(2)));
              System.out.println(
                  "a body of " + name + ": " + whole(parts.get(0), parts.get(1), parts.get(2)));
            });
    System.out.println("an event of chunks: " + event("{}", "{}", "{}"));
    System.out.println("an event of blank lines: " + event("{}", "\ndata:", "\ndata: {}"));
  }
}
