package dev.helix.openwebui;

import java.time.Duration;

/** What the cases of {@link PersonSuite} have in common. */
interface PersonFixture {
  /** How long our server may take to notice that a caller has left. */
  Duration LEAVING = Duration.ofSeconds(20);

  HeaderSetup setup();

  Stack stack();

  /** A new scenario of this name, to be closed. */
  Scenario scenario(String name);

  /** Whether Open WebUI tells the ids of messages. */
  default boolean told() {
    return setup() == HeaderSetup.MESSAGE_IDS;
  }

  /** All of Open WebUI's tree where ids tell it, else at least what each path says. */
  default Comparison asFarAsTold() {
    return told() ? Comparison.EQUAL : Comparison.CONTAINED;
  }
}
