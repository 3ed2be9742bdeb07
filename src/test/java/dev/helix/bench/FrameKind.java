package dev.helix.bench;

import java.util.Locale;
import java.util.regex.Pattern;

/** Whose code a frame of a stack is. */
enum FrameKind {
  OURS("helix-sessions", "#f28e2b", "dev\\.helix"),
  CONTAINER(
      "container",
      "#9fc5e8",
      "org\\.eclipse\\.jetty|org\\.apache\\.(catalina|coyote|tomcat|naming)|jakarta\\.servlet"),
  HTTP_CLIENT("HTTP client", "#a8d5a2", "org\\.apache\\.hc"),
  JACKSON("Jackson", "#cdb4e6", "com\\.fasterxml"),
  JDK("JDK", "#dadfe5", "java|javax|jdk|sun|com\\.sun"),
  OTHER("others", "#f3e2a0", ".*");

  private final String label;
  private final String colour;
  private final Pattern classes;

  FrameKind(String label, String colour, String packages) {
    this.label = label;
    this.colour = colour;
    this.classes = Pattern.compile("(" + packages + ")\\..*");
  }

  String label() {
    return label;
  }

  String colour() {
    return colour;
  }

  /** The name of its class in a style sheet. */
  String style() {
    return name().substring(0, 2).toLowerCase(Locale.ROOT);
  }

  static FrameKind of(String className) {
    for (FrameKind kind : values()) {
      if (kind.classes.matcher(className).matches()) {
        return kind;
      }
    }
    return OTHER;
  }
}
