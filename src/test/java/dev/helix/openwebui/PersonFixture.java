package dev.helix.openwebui;

import dev.helix.scripted.Tap;
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
    return setup().told;
  }

  /**
   * What is there at once of an answer that goes on: a response without a name is one of its own,
   * also where it calls a tool.
   */
  default Comparison atOnce() {
    return told() || !setup().responses ? Comparison.EQUAL : Comparison.NONE;
  }

  /** What is there with the next turn of an answer that went on, or was kept in part. */
  default Comparison later() {
    return told() || !setup().responses ? Comparison.EQUAL : Comparison.CONTAINED;
  }

  /** How many streams have come to their end. */
  default long streamsEnded() {
    return stack().tap.events().stream()
        .filter(event -> event.moment() == Tap.Moment.ENDED)
        .map(event -> stack().tap.request(event.exchange()))
        .filter(request -> request.method().equals("POST"))
        .filter(request -> request.json().path("stream").asBoolean())
        .count();
  }

  /** All of Open WebUI's tree where ids tell it, else at least what each path says. */
  default Comparison asFarAsTold() {
    return told() ? Comparison.EQUAL : Comparison.CONTAINED;
  }
}
