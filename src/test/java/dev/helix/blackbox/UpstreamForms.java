package dev.helix.blackbox;

import java.util.stream.Stream;

/**
 * The forms in which upstreams answer, a row each. Who meets another adds it to one of these
 * classes: it is played on every server, and on the classes that read answers.
 */
public final class UpstreamForms {
  private UpstreamForms() {}

  /** All of them. */
  public static Stream<UpstreamForm> all() {
    return Stream.of(
            UpstreamTextForms.marksAndLines(),
            UpstreamTextForms.looseJson(),
            UpstreamMessageForms.shapes(),
            UpstreamMessageForms.finalMessages(),
            UpstreamEndForms.finishes(),
            UpstreamCallForms.calls(),
            UpstreamBodyForms.whole())
        .flatMap(rows -> rows);
  }
}
