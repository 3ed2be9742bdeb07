package dev.helix.model;

import dev.helix.reliability.CountedTries;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** Chats with background prompts in between, through the filter: they leave no trace. */
@AddLifecycleHook(CountedTries.class)
class TaskModelTest {
  private FilteredLine line;
  private int chats;

  @BeforeProperty
  void open() throws Exception {
    line = new FilteredLine();
  }

  @AfterProperty
  void close() throws Exception {
    line.close();
  }

  @Property(tries = 300, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void tasksByTheirHeader_leaveNoTrace(
      @ForAll("withIds") Habits habits, @ForAll("steps") List<Step> steps) {
    new Chat(line.in("chat-" + chats++), habits, false).play(steps);
  }

  @Property(tries = 300, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void tasksByTheirShape_leaveNoTrace_andQuestionsWithContextAreTurns(
      @ForAll("withoutIds") Habits habits, @ForAll("steps") List<Step> steps) {
    new Chat(line.in("chat-" + chats++), habits, false).play(steps);
  }

  @Provide
  Arbitrary<Habits> withIds() {
    return Steps.habits(true);
  }

  @Provide
  Arbitrary<Habits> withoutIds() {
    return Steps.habits(false);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Steps.withTasks();
  }
}
