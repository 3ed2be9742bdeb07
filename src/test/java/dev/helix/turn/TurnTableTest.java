package dev.helix.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.turn.TurnTable.Action;
import dev.helix.turn.TurnTable.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TurnTableTest {
  private static final Set<TurnPhase> OPEN =
      EnumSet.of(TurnPhase.IN_QUEUE, TurnPhase.WAITING, TurnPhase.ANSWERING);

  @Test
  void everyEventInEveryPhase_isDefined_andWhatIsIgnoredChangesNothing() {
    for (TurnPhase phase : TurnPhase.values()) {
      for (TurnEvent event : TurnEvent.values()) {
        Step step = TurnTable.step(phase, event);
        assertNotNull(step, phase + " " + event);
        assertTrue(step.action() != Action.IGNORE || step.next() == phase, phase + " " + event);
      }
    }
  }

  /** A turn goes on or ends; it never goes back. */
  @Test
  void noPhaseComesTwice() {
    for (TurnPhase phase : TurnPhase.values()) {
      for (TurnEvent event : TurnEvent.values()) {
        TurnPhase next = TurnTable.step(phase, event).next();
        assertTrue(next.compareTo(phase) >= 0, phase + " " + event);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TurnPhase.class)
  void whateverIsOpen_endsRecorded_whenItFails_andWhenTheCallerLeaves(TurnPhase phase) {
    if (OPEN.contains(phase)) {
      assertEquals(
          new Step(TurnPhase.RECORDING, Action.FAIL), TurnTable.step(phase, TurnEvent.FAILED));
      assertEquals(
          new Step(TurnPhase.RECORDING, Action.FAIL), TurnTable.step(phase, TurnEvent.MISTAKE));
      assertEquals(new Step(TurnPhase.LEAVING, Action.SAVE), TurnTable.step(phase, TurnEvent.LEFT));
    } else {
      assertEquals(Action.IGNORE, TurnTable.step(phase, TurnEvent.FAILED).action());
    }
  }

  @Test
  void lastWordsAreSaidOnlyBehindTheRecording() {
    for (TurnPhase phase : TurnPhase.values()) {
      for (TurnEvent event : TurnEvent.values()) {
        Action action = TurnTable.step(phase, event).action();
        if (action == Action.SPEAK || action == Action.APOLOGIZE) {
          assertEquals(TurnPhase.RECORDING, phase);
        }
      }
    }
  }

  @Test
  void everyPhaseLeadsToTheEnd() {
    for (TurnPhase from : TurnPhase.values()) {
      Set<TurnPhase> reached = EnumSet.of(from);
      Deque<TurnPhase> next = new ArrayDeque<>(reached);
      while (!next.isEmpty()) {
        TurnPhase phase = next.remove();
        for (TurnEvent event : TurnEvent.values()) {
          TurnPhase to = TurnTable.step(phase, event).next();
          if (reached.add(to)) {
            next.add(to);
          }
        }
      }
      assertTrue(reached.contains(TurnPhase.ENDED), from.toString());
    }
  }

  @Test
  void thePageShowsThisTable() throws IOException {
    String page = Files.readString(Path.of("docs/ARCHITECTURE-MODULES.md"));
    assertTrue(page.contains(table()), "the page must have:\n" + table());
  }

  private static String table() {
    TurnPhase[] phases = TurnPhase.values();
    String names =
        Arrays.stream(phases)
            .map(each -> "`" + each + "`")
            .collect(Collectors.joining(" | ", "| event | ", " |"));
    String rule = "|---".repeat(phases.length + 1) + "|";
    String rows =
        Arrays.stream(TurnEvent.values())
            .map(
                event ->
                    Arrays.stream(phases)
                        .map(phase -> cell(phase, TurnTable.step(phase, event)))
                        .collect(Collectors.joining(" | ", "| `" + event + "` | ", " |")))
            .collect(Collectors.joining("\n"));
    return names + "\n" + rule + "\n" + rows + "\n";
  }

  private static String cell(TurnPhase phase, Step step) {
    if (step.action() == Action.IGNORE) {
      return "–";
    }
    String action = step.action().toString().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    return step.next() == phase ? action : action + " → `" + step.next() + "`";
  }
}
