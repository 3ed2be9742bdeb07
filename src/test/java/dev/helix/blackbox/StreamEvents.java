package dev.helix.blackbox;

/** What events of a stream are made of, as JSON. */
final class StreamEvents {
  static final String STOP = event(choice("{}", "\"stop\""));

  private StreamEvents() {}

  static String event(String data) {
    return "data: " + data + "\n\n";
  }

  static String choice(String delta, String finishReason) {
    return "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}]}";
  }

  /** An event whose delta has these fields. */
  static String delta(String fields) {
    return event(choice("{" + fields + "}", "null"));
  }

  /** An event with a piece of content, as it stands in JSON. */
  static String text(String text) {
    return delta("\"content\":\"" + text + "\"");
  }

  /** The function of a call. */
  static String function(String name, String arguments) {
    return "\"function\":{\"name\":\"" + name + "\",\"arguments\":" + arguments + "}";
  }
}
