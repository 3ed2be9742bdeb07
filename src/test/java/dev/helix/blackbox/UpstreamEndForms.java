package dev.helix.blackbox;

import static dev.helix.blackbox.StreamEvents.STOP;
import static dev.helix.blackbox.StreamEvents.choice;
import static dev.helix.blackbox.StreamEvents.event;
import static dev.helix.blackbox.StreamEvents.text;

import dev.helix.blackbox.UpstreamForm.End;
import dev.helix.blackbox.UpstreamForm.Told;
import java.util.stream.Stream;

/** Streams that end in other ways than they should. */
final class UpstreamEndForms {
  private UpstreamEndForms() {}

  static Stream<UpstreamForm> finishes() {
    return Stream.of(
        UpstreamForm.raw("no end mark behind a finish", text("a"), STOP).tells(Told.DONE).says("a"),
        UpstreamForm.raw("no finish and no end mark", text("a"))
            .tells(Told.ERROR)
            .says("a")
            .finish(null)
            .failed(),
        UpstreamForm.stream("an end mark and no finish", text("a")).says("a").finish(null),
        placeholder("\"\""),
        placeholder("\"null\""),
        placeholder("\" \""),
        placeholder("\"None\""),
        placeholder("false"),
        UpstreamForm.stream(
                "a placeholder, then a finish",
                event(choice("{\"content\":\"a\"}", "\"\"")),
                event(choice("{\"content\":\"b\"}", "\"\"")),
                STOP,
                event(choice("{}", "\"\"")))
            .says("ab"),
        UpstreamForm.raw("silence behind a finish", text("a"), STOP)
            .then(End.STAYS)
            .tells(Told.DONE)
            .says("a"),
        UpstreamForm.raw(
                "usage behind a finish, and silence",
                text("a"),
                STOP,
                event("{\"choices\":[],\"usage\":{\"total_tokens\":3}}"))
            .then(End.STAYS)
            .tells(Told.DONE)
            .says("a"),
        UpstreamForm.raw(
                "half an event behind a finish, and silence", text("a"), STOP, "data: {\"usa")
            .then(End.STAYS)
            .tells(Told.ERROR)
            .says("a")
            .failed(),
        UpstreamForm.raw("an end mark, and no end", text("a"), STOP, "data: [DONE]\n\n")
            .then(End.STAYS)
            .says("a"),
        UpstreamForm.raw("a cut behind a finish", text("a"), STOP)
            .then(End.CUT)
            .tells(Told.DONE)
            .says("a"),
        UpstreamForm.raw(
                "an error of its own, and silence",
                text("a"),
                event("{\"error\":{\"message\":\"no\"}}"))
            .tells(Told.ITS_ERROR)
            .then(End.STAYS)
            .says("a")
            .finish(null)
            .failed(),
        UpstreamForm.raw(
                "an error behind a finish",
                text("a"),
                STOP,
                event("{\"error\":{\"message\":\"no\"}}"))
            .tells(Told.ITS_ERROR)
            .says("a")
            .failed());
  }

  private static UpstreamForm placeholder(String reason) {
    return UpstreamForm.raw(
            "the finish " + reason + " is none", text("a"), event(choice("{}", reason)))
        .tells(Told.ERROR)
        .says("a")
        .finish(null)
        .failed();
  }
}
