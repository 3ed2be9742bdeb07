package dev.helix.blackbox;

import static dev.helix.blackbox.StreamEvents.STOP;
import static dev.helix.blackbox.StreamEvents.choice;
import static dev.helix.blackbox.StreamEvents.delta;
import static dev.helix.blackbox.StreamEvents.event;
import static dev.helix.blackbox.StreamEvents.text;

import java.util.stream.Stream;

/** Streams whose deltas say in other ways what an answer is. */
final class UpstreamMessageForms {
  private UpstreamMessageForms() {}

  static Stream<UpstreamForm> shapes() {
    return Stream.of(
        UpstreamForm.stream(
                "a list between texts",
                text("a"),
                delta("\"content\":[{\"type\":\"text\",\"text\":\"b\"}]"),
                text("c"),
                STOP)
            .keeps("{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"abc\"}]}")
            .resentAs("{\"role\":\"assistant\",\"content\":\"abc\"}"),
        UpstreamForm.stream(
                "thinking in lists, then text",
                delta("\"role\":\"assistant\",\"content\":\"\""),
                delta(
                    "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"h\"}]}]"),
                delta(
                    "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"m\"}]}]"),
                text("So "),
                text("it is."),
                STOP)
            .keeps(
                "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},{\"type\":\"text\",\"text\":\"So it is.\"}]}")
            .resentAs("{\"role\":\"assistant\",\"content\":\"So it is.\"}"),
        UpstreamForm.stream(
                "texts around a list of thoughts",
                text("a"),
                delta("\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"}]"),
                text("b"),
                STOP)
            .keeps(
                "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"text\",\"text\":\"b\"}]}"),
        UpstreamForm.stream(
                "strings in a list",
                delta("\"content\":[\"a\",\"b\"]"),
                delta("\"content\":[\"c\"]"),
                STOP)
            .keeps("{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"abc\"}]}"),
        UpstreamForm.stream(
                "an empty list", delta("\"content\":[]"), text("a"), delta("\"content\":[]"), STOP)
            .says("a"),
        UpstreamForm.stream(
                "a part in no list",
                text("a"),
                delta("\"content\":{\"type\":\"text\",\"text\":\"b\"}"),
                STOP)
            .keeps("{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"ab\"}]}"),
        UpstreamForm.stream(
                "reasoning beside",
                delta("\"reasoning\":\"h\",\"content\":null"),
                delta("\"reasoning_content\":\"x\""),
                delta("\"reasoning\":\"m\""),
                text("a"),
                STOP)
            .keeps(
                "{\"role\":\"assistant\",\"content\":\"a\",\"reasoning\":\"hm\",\"reasoning_content\":\"x\"}"),
        UpstreamForm.stream(
                "a refusal",
                delta("\"content\":null,\"refusal\":\"I \""),
                delta("\"refusal\":\"won't\""),
                STOP)
            .keeps("{\"role\":\"assistant\",\"content\":null,\"refusal\":\"I won't\"}"),
        UpstreamForm.stream(
                "no index",
                event("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"),
                event("{\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}"))
            .says("ab"),
        UpstreamForm.stream(
                "an index that is a text",
                event("{\"choices\":[{\"index\":\"0\",\"delta\":{\"content\":\"a\"}}]}"),
                STOP)
            .says("a"),
        UpstreamForm.stream(
                "one choice in no list",
                event("{\"choices\":{\"delta\":{\"content\":\"a\"}}}"),
                STOP)
            .says("a"),
        UpstreamForm.stream(
                "no delta",
                text("a"),
                event("{\"choices\":[{\"index\":0,\"delta\":null}]}"),
                event("{\"choices\":[{\"index\":0}]}"),
                event("{\"choices\":null}"),
                STOP)
            .says("a"),
        UpstreamForm.stream(
                "a delta that is a text",
                event(choice("\"a\"", "null")),
                event(choice("\"b\"", "null")),
                STOP)
            .says("ab"),
        UpstreamForm.stream(
                "text in place of delta",
                event("{\"choices\":[{\"index\":0,\"text\":\"a\"}]}"),
                event("{\"choices\":[{\"index\":0,\"text\":\"b\"}]}"),
                event("{\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"stop\"}]}"))
            .says("ab"),
        UpstreamForm.stream(
                "text beside an empty delta",
                event("{\"choices\":[{\"delta\":{},\"text\":\"a\"}]}"),
                event("{\"choices\":[{\"delta\":{},\"text\":\"b\"}]}"),
                STOP)
            .says("ab"),
        UpstreamForm.stream(
                "the same text twice over",
                event("{\"choices\":[{\"delta\":{\"content\":\"a\"},\"text\":\"a\"}]}"),
                event("{\"choices\":[{\"delta\":{\"content\":\"b\"},\"text\":\"b\"}]}"),
                STOP)
            .says("ab"),
        UpstreamForm.stream(
                "a number as content", text("a"), delta("\"content\":1.50"), text("b"), STOP)
            .says("a1.50b"),
        UpstreamForm.stream(
                "two images with one index",
                delta(
                    "\"content\":\"\",\"images\":[{\"index\":0,\"image_url\":{\"url\":\"data:image/png;base64,AA\"}}]"),
                delta(
                    "\"images\":[{\"index\":0,\"image_url\":{\"url\":\"data:image/png;base64,BB\"}}]"),
                STOP)
            .keeps(
                "{\"role\":\"assistant\",\"content\":\"\",\"images\":[{\"index\":0,\"image_url\":{\"url\":\"data:image/png;base64,AA\"}},{\"index\":0,\"image_url\":{\"url\":\"data:image/png;base64,BB\"}}]}")
            .notResent(),
        UpstreamForm.stream(
                "an error that is none",
                event("{\"error\":{},\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"),
                event("{\"error\":\"\",\"choices\":[]}"),
                STOP)
            .says("a"));
  }

  static Stream<UpstreamForm> finalMessages() {
    String whole =
        "\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"";
    return Stream.of(
        UpstreamForm.stream(
                "a message in place of deltas",
                event("{\"choices\":[{\"index\":0," + whole + "}]}"))
            .says("Hello"),
        UpstreamForm.stream(
                "a message behind a role",
                delta("\"role\":\"assistant\""),
                event("{\"choices\":[{\"index\":0," + whole + "}]}"))
            .says("Hello"),
        UpstreamForm.stream(
                "a message beside a delta",
                delta("\"role\":\"assistant\",\"content\":\"\""),
                event("{\"choices\":[{\"index\":0,\"delta\":{}," + whole + "}]}"))
            .says("Hello"),
        UpstreamForm.stream(
                "a message that says it again",
                text("Hel"),
                text("lo"),
                event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}," + whole + "}]}"))
            .says("Hello"),
        UpstreamForm.stream(
                "a message that says more",
                text("Hel"),
                event("{\"choices\":[{\"index\":0," + whole + "}]}"))
            .says("Hello"),
        UpstreamForm.stream(
                "a message that says the rest",
                text("Oh. "),
                event("{\"choices\":[{\"index\":0," + whole + "}]}"))
            .says("Oh. Hello"),
        UpstreamForm.stream(
                "a message without blanks around it",
                text(" Hello\\n"),
                event("{\"choices\":[{\"index\":0," + whole + "}]}"))
            .says(" Hello\\n"),
        UpstreamForm.stream(
                "messages that are pieces",
                event("{\"choices\":[{\"message\":{\"content\":\"ha\"}}]}"),
                event("{\"choices\":[{\"message\":{\"content\":\"ha\"}}]}"),
                event("{\"choices\":[{\"message\":{\"content\":\"!\"}}]}"),
                STOP)
            .says("haha!"),
        UpstreamForm.stream(
                "messages that are pieces, of which the last has the end",
                event("{\"choices\":[{\"message\":{\"content\":\"The c\"}}]}"),
                event("{\"choices\":[{\"message\":{\"content\":\"at sat \"}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":\"at\"},\"finish_reason\":\"stop\"}]}"))
            .says("The cat sat at"),
        UpstreamForm.stream(
                "pieces whose last is as the first",
                event("{\"choices\":[{\"message\":{\"content\":\"a\"}}]}"),
                event("{\"choices\":[{\"message\":{\"content\":\"b\"}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"))
            .says("aba"),
        UpstreamForm.stream(
                "pieces beside empty deltas",
                event(
                    "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"message\":{\"content\":\"no\"}}]}"),
                event("{\"choices\":[{\"delta\":{},\"message\":{\"content\":\"n\"}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":\"o\"},\"finish_reason\":\"stop\"}]}"))
            .says("nono"),
        UpstreamForm.stream(
                "pieces, and all of them again",
                event("{\"choices\":[{\"message\":{\"content\":\"ab\"}}]}"),
                event("{\"choices\":[{\"message\":{\"content\":\"cd!\"}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":\"abcd!\"},\"finish_reason\":\"stop\"}]}"))
            .says("abcd!"),
        UpstreamForm.stream(
                "pieces, and all of them again without blanks",
                event("{\"choices\":[{\"message\":{\"content\":\" ab\"}}]}"),
                event("{\"choices\":[{\"message\":{\"content\":\"cd! \"}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":\"abcd!\"},\"finish_reason\":\"stop\"}]}"))
            .says(" abcd! "),
        UpstreamForm.stream(
                "messages that grow to their end",
                event("{\"choices\":[{\"message\":{\"content\":\"He\"}}]}"),
                event("{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"))
            .says("Hello"),
        UpstreamForm.stream(
                "deltas, and all of them again before the end",
                text("Hel"),
                text("lo"),
                event("{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}"),
                STOP)
            .says("Hello"),
        UpstreamForm.stream(
                "a message that says the beginning again",
                text("Hello"),
                text(" [1]"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"))
            .says("Hello [1]"),
        UpstreamForm.stream(
                "pieces that are lists",
                event(
                    "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"b\"}]},\"finish_reason\":\"stop\"}]}"))
            .keeps("{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"aab\"}]}")
            .resentAs("{\"role\":\"assistant\",\"content\":\"aab\"}"),
        UpstreamForm.stream(
                "calls in pieces of messages",
                event(
                    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"[\"}}]}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}]}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"]\"}}]},\"finish_reason\":\"tool_calls\"}]}"))
            .finish("tool_calls")
            .keeps(
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"[1]\"}}]}"),
        UpstreamForm.stream(
                "calls in pieces of messages, and all of them again",
                event(
                    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"[1\"}}]}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"]\"}}]}}]}"),
                event(
                    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"[1]\"}}]},\"finish_reason\":\"tool_calls\"}]}"))
            .finish("tool_calls")
            .keeps(
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"[1]\"}}]}"),
        UpstreamForm.stream(
                "messages that grow",
                event("{\"choices\":[{\"message\":{\"content\":\"He\"}}]}"),
                event("{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}"),
                STOP)
            .says("Hello"),
        UpstreamForm.stream(
                "calls in a message that says them again",
                delta(
                    "\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]"),
                event(
                    "{\"choices\":[{\"index\":0,\"message\":{\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}"))
            .finish("tool_calls")
            .keeps(
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"));
  }
}
