package dev.helix.blackbox;

import static dev.helix.blackbox.StreamEvents.function;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Answers in one piece. */
final class UpstreamBodyForms {
  private static final Object MARK = "\uFEFF";

  private UpstreamBodyForms() {}

  static Stream<UpstreamForm> whole() {
    String hello = "{\"role\":\"assistant\",\"content\":\"Hello\"}";
    String completion = new String(UpstreamForm.bytes(completion(hello)), StandardCharsets.UTF_8);
    return Stream.of(
        body("plain", hello),
        body(
            "bytes as they lie",
            "{\"role\" : \"assistant\",\"n\":[1.10, 1e400,-0 ,12345678901234567890123],\"content\":\"a\\/\\n\"}"),
        UpstreamForm.whole(
                "a lone surrogate", completion("{\"role\":\"assistant\",\"content\":\"a\\ud83d\"}"))
            .says("a\\ud83d")
            .notResent(),
        UpstreamForm.whole(
                "text in escapes",
                completion(
                    "{\"role\":\"assistant\",\"content\":\"caf\\u00e9 \\ud83d\\ude00\",\"n\":1.10}"))
            .keeps("{\"role\":\"assistant\",\"content\":\"caf\u00e9 \ud83d\ude00\",\"n\":1.10}"),
        UpstreamForm.whole("a mark before it", MARK, completion).keeps(hello),
        UpstreamForm.whole("UTF-16", (Object) completion.getBytes(StandardCharsets.UTF_16))
            .keeps(hello),
        UpstreamForm.whole(
                "UTF-16 without a mark", (Object) completion.getBytes(StandardCharsets.UTF_16LE))
            .keeps(hello),
        UpstreamForm.whole(
                "a byte that is no UTF-8",
                completion("{\"role\":\"assistant\",\"content\":\"a", 0xFF, "\"}"))
            .says("a\uFFFD"),
        UpstreamForm.whole(
                "NaN",
                completion("{\"role\":\"assistant\",\"content\":\"a\",\"n\":[NaN,-Infinity]}"))
            .keeps("{\"role\":\"assistant\",\"content\":\"a\",\"n\":[\"NaN\",\"-Infinity\"]}"),
        UpstreamForm.whole("NaN beside the message", "{\"n\":NaN,", completion.substring(1))
            .keeps(hello),
        UpstreamForm.whole(
                "trailing commas", completion("{\"role\":\"assistant\",\"content\":\"a\",}"))
            .says("a"),
        UpstreamForm.whole(
                "control characters", completion("{\"role\":\"assistant\",\"content\":\"a\tb\"}"))
            .says("a\\tb"),
        UpstreamForm.whole("no role", completion("{\"content\":\"a\",\"n\":1.10}"))
            .keeps("{\"role\":\"assistant\",\"content\":\"a\",\"n\":1.10}"),
        UpstreamForm.whole("a role that is none", completion("{\"content\":\"a\",\"role\":null}"))
            .keeps("{\"role\":\"assistant\",\"content\":\"a\"}"),
        UpstreamForm.whole(
                "a number of 5000 digits",
                completion(
                    "{\"role\":\"assistant\",\"content\":\"a\",\"n\":" + "7".repeat(5000) + "}"))
            .keeps("{\"role\":\"assistant\",\"content\":\"a\",\"n\":\"" + "7".repeat(5000) + "\"}"),
        body(
                "a content of parts",
                "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}")
            .resentAs("{\"role\":\"assistant\",\"content\":\"a\"}"),
        UpstreamForm.whole(
                "text in place of a message",
                "{\"choices\":[{\"index\":0,\"text\":\"a\",\"finish_reason\":\"stop\"}]}")
            .says("a"),
        UpstreamForm.whole("a finish that is none", completion.replace("\"stop\"", "\"null\""))
            .keeps(hello)
            .finish(null),
        UpstreamForm.whole(
                "arguments that are an object",
                completion(
                    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\","
                        + function("f", "{\"x\":1.10}")
                        + "}]}"))
            .keeps(
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\","
                    + function("f", "\"{\\\"x\\\":1.10}\"")
                    + "}]}"));
  }

  private static Object[] completion(Object... message) {
    return new Object[] {
      "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":",
      UpstreamForm.bytes(message),
      ",\"finish_reason\":\"stop\"}]}"
    };
  }

  private static UpstreamForm body(String name, String message) {
    return UpstreamForm.whole(name, completion(message)).keeps(message);
  }
}
