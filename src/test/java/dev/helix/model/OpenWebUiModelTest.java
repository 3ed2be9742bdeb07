package dev.helix.model;

import dev.helix.reliability.CountedTries;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Chats as Open WebUI leads them, of random steps: what is stored is what the person sees. */
@AddLifecycleHook(CountedTries.class)
class OpenWebUiModelTest {
  @Property(tries = 3_000, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void withIds_theTreeIsTheChats(
      @ForAll("withIds") Habits habits, @ForAll("steps") List<Step> steps) {
    new Chat(new DirectLine(), habits, false).play(steps);
  }

  @Property(tries = 500, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void withIds_answersThatGoOnWithTools_standBehindTheirRounds(
      @ForAll("withIds") Habits habits, @ForAll("toolsLater") List<Step> steps) {
    new Chat(new DirectLine(), habits, false).play(steps);
  }

  @Property(tries = 3_000, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void withoutIds_theTreeIsTheChatsAsFarAsTheWireTells(
      @ForAll("withoutIds") Habits habits, @ForAll("steps") List<Step> steps) {
    new Chat(new DirectLine(), habits, false).play(steps);
  }

  @Property(tries = 300, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void withIds_parallelAnswersOnThreads_loseAndDoubleNothing(
      @ForAll("withIds") Habits habits, @ForAll("steps") List<Step> steps) {
    new Chat(new DirectLine(), habits, true).play(steps);
  }

  @Property(tries = 300, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void withoutIds_parallelAnswersOnThreads_loseAndDoubleNothing(
      @ForAll("withoutIds") Habits habits, @ForAll("wholeSteps") List<Step> steps) {
    new Chat(new DirectLine(), habits, true).play(steps);
  }

  @Property(tries = 5_000, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void withIds_gapsChangeNothing_andEditsInPlaceDo(
      @ForAll("clippingWithIds") Habits habits, @ForAll("changesAndGaps") List<Step> steps) {
    new Chat(new DirectLine(), habits, false).play(steps);
  }

  @Property(tries = 5_000, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void withoutIds_gapsLoseAndDoubleNothing(
      @ForAll("clippingWithoutIds") Habits habits, @ForAll("gaps") List<Step> steps) {
    new Chat(new DirectLine(), habits, false).play(steps);
  }

  @Provide
  Arbitrary<Habits> clippingWithIds() {
    return Steps.clipping(true);
  }

  @Provide
  Arbitrary<Habits> clippingWithoutIds() {
    return Steps.clipping(false);
  }

  @Provide
  Arbitrary<List<Step>> changesAndGaps() {
    return Steps.withGaps(true);
  }

  @Provide
  Arbitrary<List<Step>> gaps() {
    return Steps.withGaps(false);
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
    return Steps.any();
  }

  @Provide
  Arbitrary<List<Step>> toolsLater() {
    return Steps.withToolsLater();
  }

  @Provide
  Arbitrary<List<Step>> wholeSteps() {
    return Steps.whole();
  }
}
