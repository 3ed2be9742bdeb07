package dev.helix.blackbox;

import java.util.stream.Stream;

/**
 * The forms in which upstreams answer, a row each. Who meets another adds it to one of these
 * classes: it is played on every server, and on the classes that read answers.
 */
public final class UpstreamForms {
  /** What the servers are told to keep of an answer, in bytes. */
  public static final int REPLY = 1 << 20;

  /** What they are told to keep of the data of a data URL, in characters. */
  public static final int DATA_URL = 4096;

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
            UpstreamBodyForms.whole(),
            UpstreamLargeForms.large())
        .flatMap(rows -> rows);
  }
}
