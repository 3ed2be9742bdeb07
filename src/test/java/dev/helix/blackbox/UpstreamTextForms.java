package dev.helix.blackbox;

import static dev.helix.blackbox.StreamEvents.STOP;
import static dev.helix.blackbox.StreamEvents.choice;
import static dev.helix.blackbox.StreamEvents.delta;
import static dev.helix.blackbox.StreamEvents.event;
import static dev.helix.blackbox.StreamEvents.text;

import dev.helix.blackbox.UpstreamForm.Told;
import java.util.stream.Stream;

/** Streams whose bytes or JSON are not quite what they should be. */
final class UpstreamTextForms {
  private static final Object MARK = "\uFEFF";

  private UpstreamTextForms() {}

  static Stream<UpstreamForm> marksAndLines() {
    String a = choice("{\"content\":\"a\"}", "null");
    return Stream.of(
        UpstreamForm.stream("plain", text("a"), text("b"), STOP).says("ab"),
        UpstreamForm.stream("a mark before the stream", MARK, text("a"), text("b"), STOP)
            .says("ab"),
        UpstreamForm.stream("a mark before every line", MARK, text("a"), MARK, text("b"), STOP)
            .says("ab"),
        UpstreamForm.stream("a mark before the data", "data: ", MARK, a, "\n\n", text("b"), STOP)
            .says("ab"),
        UpstreamForm.stream("a mark and no blank", "data:", MARK, a, "\n\n", text("b"), STOP)
            .says("ab"),
        UpstreamForm.raw("a mark before the end", text("a"), STOP, MARK, "data: [DONE]\n\n")
            .says("a"),
        UpstreamForm.raw("a mark in the end", text("a"), STOP, "data: ", MARK, "[DONE]\n\n")
            .says("a"),
        UpstreamForm.raw("something behind the end", text("a"), STOP, "data: [DONE] bye\n\n")
            .says("a"),
        UpstreamForm.stream("no blank behind the colon", "data:", a, "\n\n", text("b"), STOP)
            .says("ab"),
        UpstreamForm.stream("tabs and blanks", "data: \t ", a, " \t\n\n", text("b"), STOP)
            .says("ab"),
        UpstreamForm.stream(
                "lines that end in CR", "data: " + a + "\r\r", "data: " + a + "\r\r", STOP)
            .says("aa"),
        UpstreamForm.stream("lines that end in CR LF", "data: " + a + "\r\n\r\n", text("b"), STOP)
            .says("ab"),
        UpstreamForm.stream(
                "data in several lines",
                "data: " + a.replace(",", ",\ndata: ") + "\n\n",
                text("b"),
                STOP)
            .says("ab"),
        UpstreamForm.stream("events without a blank line", "data: " + a + "\n", text("b"), STOP)
            .says("ab"),
        UpstreamForm.stream(
                "other fields and comments",
                ": hi\n\nid: 1\nevent: message\nretry: 5\n",
                text("a"),
                "nothing\n\n",
                STOP)
            .says("a"),
        UpstreamForm.stream("empty data", text("a"), "data:\n\n", "data: \n\n", text("b"), STOP)
            .says("ab"),
        UpstreamForm.stream(
                "data that is a JSON text", text("a"), event("\"ping\""), event("null"), STOP)
            .says("a"),
        UpstreamForm.stream("an array of chunks", event("[" + a + "," + a + "]"), STOP).says("aa"),
        UpstreamForm.stream(
                "a last event without its end", text("a"), STOP, "data: {\"usage\":{}}\n")
            .says("a"));
  }

  static Stream<UpstreamForm> looseJson() {
    return Stream.of(
        UpstreamForm.stream(
                "NaN beside the text", delta("\"content\":\"a\",\"score\":NaN"), text("b"), STOP)
            .keeps("{\"role\":\"assistant\",\"content\":\"ab\",\"score\":\"NaN\"}"),
        UpstreamForm.stream(
                "infinite numbers around the text",
                event(
                    "{\"t\":Infinity,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"logprob\":-Infinity}]}"),
                STOP)
            .says("a"),
        UpstreamForm.stream(
                "a byte that is no UTF-8",
                "data: {\"choices\":[{\"delta\":{\"content\":\"a",
                0xFF,
                "b\"}}]}\n\n",
                text("c"),
                STOP)
            .says("a\uFFFDbc"),
        UpstreamForm.stream(
                "a character cut in two",
                "data: {\"choices\":[{\"delta\":{\"content\":\"",
                0xC3,
                "\"}}]}\n\n",
                "data: {\"choices\":[{\"delta\":{\"content\":\"",
                0xA4,
                "\"}}]}\n\n",
                STOP)
            .says("\uFFFD\uFFFD"),
        UpstreamForm.stream(
                "Latin-1 beside the text",
                "data: {\"provider\":\"M",
                0xFC,
                "\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
                STOP)
            .says("a"),
        UpstreamForm.stream(
                "trailing commas",
                event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",},},],}"),
                STOP)
            .says("a"),
        UpstreamForm.stream(
                "control characters in a text", delta("\"content\":\"a\tb\u0001\""), STOP)
            .says("a\\tb\\u0001"),
        UpstreamForm.stream("escapes that JSON does not have", text("it\\'s"), STOP).says("it's"),
        UpstreamForm.stream("odd numbers", delta("\"content\":\"a\",\"n\":[01,+2,.5,6.]"), STOP)
            .keeps("{\"role\":\"assistant\",\"content\":\"a\",\"n\":[1,2,0.5,6]}"),
        UpstreamForm.stream(
                "numbers as they are written",
                delta(
                    "\"content\":\"a\",\"n\":[1.10,1e400,-0,123456789012345678901234567890,1E-7]"),
                STOP)
            .keeps(
                "{\"role\":\"assistant\",\"content\":\"a\",\"n\":[1.10,1e400,-0,123456789012345678901234567890,1E-7]}"),
        UpstreamForm.stream(
                "a number of 5000 digits",
                event(
                    "{\"n\":"
                        + "7".repeat(5000)
                        + ",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"),
                STOP)
            .says("a"),
        UpstreamForm.stream(
                "text in escapes", text("caf\\u00e9 \\ud83d\\ude00"), text(" \\u4f60"), STOP)
            .says("caf\u00e9 \ud83d\ude00 \u4f60"),
        UpstreamForm.stream("emoji", text("\ud83d\ude00"), text("\ud83d\ude01"), STOP)
            .says("\ud83d\ude00\ud83d\ude01"),
        UpstreamForm.stream("a surrogate pair cut in two", text("\\ud83d"), text("\\ude00"), STOP)
            .says("\ud83d\ude00"),
        UpstreamForm.stream("a lone surrogate", text("a\\ud83d"), text("b"), STOP)
            .says("a\\ud83db")
            .notResent(),
        UpstreamForm.stream(
                "names that come twice",
                event(
                    "{\"choices\":[{\"delta\":{\"content\":\"no\"}}],\"choices\":[{\"index\":0,\"delta\":{\"content\":\"no\"},\"delta\":{\"content\":\"no\",\"content\":\"a\"}}]}"),
                STOP)
            .says("a"),
        UpstreamForm.stream(
                "data that nobody can read",
                text("a"),
                event("{\"choices\":[{\"delta\":{\"content\":\"lost"),
                text("b"),
                STOP)
            .says("ab")
            .failed(),
        UpstreamForm.stream("a word in place of data", text("a"), event("processing"), STOP)
            .says("a")
            .failed(),
        UpstreamForm.raw("data that nobody can read, and no end", text("a"), event("{"), STOP)
            .tells(Told.ERROR)
            .says("a")
            .failed());
  }
}
