package dev.helix.blackbox;

import static dev.helix.blackbox.StreamEvents.STOP;
import static dev.helix.blackbox.StreamEvents.choice;
import static dev.helix.blackbox.StreamEvents.delta;
import static dev.helix.blackbox.StreamEvents.event;
import static dev.helix.blackbox.StreamEvents.function;

import java.util.stream.Stream;

/** Streams that call tools. */
final class UpstreamCallForms {
  private UpstreamCallForms() {}

  static Stream<UpstreamForm> calls() {
    String one = call("c1", "f", "\"{\\\"x\\\":1}\"");
    String two = call("c2", "g", "\"{}\"");
    return Stream.of(
        called(
            "calls in pieces",
            one + "," + two,
            calls("{\"index\":0,\"id\":\"c1\"," + function("f", "\"\"") + "}"),
            calls("{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\"\"}}"),
            calls("{\"index\":1,\"id\":\"c2\"," + function("g", "\"{}\"") + "}"),
            calls("{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"\",\"arguments\":\":1}\"}}")),
        called(
            "a new id at a used index",
            one + "," + two,
            calls("{\"index\":0,\"id\":\"c1\"," + function("f", "\"{\\\"x\\\":1}\"") + "}"),
            calls("{\"index\":0,\"id\":\"c2\"," + function("g", "\"{\"") + "}"),
            calls("{\"index\":0,\"function\":{\"arguments\":\"}\"}}")),
        called(
            "no index, by id",
            one + "," + two,
            calls("{\"id\":\"c1\"," + function("f", "\"{\\\"x\\\"\"") + "}"),
            calls("{\"id\":\"c2\"," + function("g", "\"{\"") + "}"),
            calls("{\"id\":\"c1\",\"function\":{\"arguments\":\":1}\"}}"),
            calls("{\"id\":\"c2\",\"function\":{\"arguments\":\"}\"}}")),
        called(
            "no index, the last one",
            one + "," + two,
            calls("{\"id\":\"c1\"," + function("f", "\"{\\\"x\\\"\"") + "}"),
            calls("{\"function\":{\"arguments\":\":1}\"}}"),
            calls("{\"id\":\"c2\"," + function("g", "\"{\"") + "}"),
            calls("{\"id\":null,\"index\":null,\"function\":{\"arguments\":\"}\"}}")),
        called(
            "the same id each time",
            one,
            calls("{\"index\":0,\"id\":\"c1\"," + function("f", "\"{\\\"x\\\"\"") + "}"),
            calls("{\"index\":0,\"id\":\"c1\"," + function("f", "\":1}\"") + "}")),
        called(
            "a name in pieces",
            call("c1", "get_weather", "\"{}\""),
            calls("{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"get_\"}}"),
            calls("{\"index\":0,\"function\":{\"name\":\"weather\"}}"),
            calls("{\"index\":0,\"function\":{\"name\":\"get_weather\",\"arguments\":\"{}\"}}")),
        called(
            "an id that comes late",
            "{" + function("f", "\"{}\"") + ",\"id\":\"c1\"}",
            calls("{\"index\":0," + function("f", "\"{\"") + "}"),
            calls("{\"index\":0,\"id\":\"c1\",\"function\":{\"arguments\":\"}\"}}")),
        called(
            "arguments that are an object",
            call("c1", "f", "\"{\\\"x\\\":1.10,\\\"y\\\":[\\\"\u00e4\\\",null]}\""),
            calls(
                "{\"index\":0,\"id\":\"c1\","
                    + function("f", "{\"x\":1.10,\"y\":[\"\u00e4\",null]}")
                    + "}"),
            calls("{\"index\":0," + function("f", "{\"x\":1.10,\"y\":[\"\u00e4\",null]}") + "}")),
        called(
            "calls out of order",
            one + "," + two,
            calls("{\"index\":1,\"id\":\"c2\"," + function("g", "\"{}\"") + "}"),
            calls("{\"index\":0,\"id\":\"c1\"," + function("f", "\"{\\\"x\\\":1}\"") + "}")),
        called(
            "indexes from one",
            one + "," + two,
            calls(
                "{\"index\":1,\"id\":\"c1\"," + function("f", "\"{\\\"x\\\":1}\"") + "}",
                "{\"index\":2,\"id\":\"c2\"," + function("g", "\"{}\"") + "}")),
        called(
            "an index that is a text",
            one,
            calls("{\"index\":\"0\",\"id\":\"c1\"," + function("f", "\"{\\\"x\\\"\"") + "}"),
            calls("{\"index\":0,\"function\":{\"arguments\":\":1}\"}}")),
        called(
            "a call in no list",
            one,
            delta("\"tool_calls\":{\"id\":\"c1\"," + function("f", "\"{\\\"x\\\":1}\"") + "}")),
        called(
            "no calls first",
            one,
            delta("\"content\":null,\"tool_calls\":[]"),
            delta("\"tool_calls\":null"),
            calls("{\"index\":0,\"id\":\"c1\"," + function("f", "\"{\\\"x\\\":1}\"") + "}")),
        UpstreamForm.stream("no calls at all", delta("\"content\":\"a\",\"tool_calls\":[]"), STOP)
            .says("a"),
        UpstreamForm.stream(
                "a function call of old",
                delta("\"content\":null,\"function_call\":{\"name\":\"get_\",\"arguments\":\"{\"}"),
                delta("\"function_call\":{\"name\":\"weather\",\"arguments\":\"}\"}"),
                event(choice("{}", "\"function_call\"")))
            .finish("function_call")
            .keeps(
                "{\"role\":\"assistant\",\"content\":null,\"function_call\":{\"name\":\"get_weather\",\"arguments\":\"{}\"}}"));
  }

  private static String calls(String... calls) {
    return delta("\"tool_calls\":[" + String.join(",", calls) + "]");
  }

  private static UpstreamForm called(String name, String kept, Object... events) {
    Object[] all = new Object[events.length + 1];
    System.arraycopy(events, 0, all, 0, events.length);
    all[events.length] = event(choice("{}", "\"tool_calls\""));
    return UpstreamForm.stream(name, all)
        .finish("tool_calls")
        .keeps("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + kept + "]}");
  }

  private static String call(String id, String name, String arguments) {
    return "{\"id\":\"" + id + "\"," + function(name, arguments) + "}";
  }
}
