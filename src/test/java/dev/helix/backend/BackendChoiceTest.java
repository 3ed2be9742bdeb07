package dev.helix.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.config.Source;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class BackendChoiceTest {
  private static final ChatBackend.Provider OAK = provider("oak");
  private static final ChatBackend.Provider ELM = provider("elm");

  private static ChatBackend.Provider provider(String name) {
    return new ChatBackend.Provider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public ChatBackend open(UnaryOperator<String> settings) {
        throw new IllegalArgumentException("only chosen here");
      }
    };
  }

  private static BackendChoice choose(String asked, boolean upstream, ChatBackend.Provider... own) {
    Settings settings =
        new Settings(
            List.of(Source.of("test", asked == null ? Map.of() : Map.of("helix.backend", asked))));
    BackendChoice choice = BackendChoice.read(settings, upstream, List.of(own));
    settings.check();
    return choice;
  }

  private static void refused(
      String message, String asked, boolean upstream, ChatBackend.Provider... own) {
    String said =
        assertThrows(InvalidSettingsException.class, () -> choose(asked, upstream, own))
            .getMessage();
    assertTrue(said.contains(message), said);
  }

  @Test
  void withoutABackendOfItsOwn_theUpstreamAnswersIfItIsSet_elseTheDemo() {
    assertTrue(choose(null, true).isUpstream());
    assertTrue(choose(null, false).isDemo());
    assertTrue(choose("demo", true).isDemo());
    refused("the upstream's base URL, as helix.backend is upstream", "upstream", false);
  }

  @Test
  void theOnlyOne_answersWithoutASetting() {
    assertSame(OAK, choose(null, false, OAK).provider());
    assertTrue(choose("demo", false, OAK).isDemo());
  }

  @Test
  void severalThatCouldAnswer_mustBeChosenFrom_andAreNamed() {
    refused("could answer: demo, oak, elm", null, false, OAK, ELM);
    refused("could answer: upstream, demo, oak", null, true, OAK);
    assertSame(ELM, choose("elm", true, OAK, ELM).provider());
    assertTrue(choose("upstream", true, OAK).isUpstream());
  }

  @Test
  void nameThatNobodyHas_isRefused_andThoseThereAreAreNamed() {
    refused("one of upstream, demo, oak, elm", "ash", false, OAK, ELM);
    refused("one of upstream, demo", "ash", false);
  }

  @Test
  void nameThatTwoHave_isRefused() {
    refused("the name of one backend, not of 2", "oak", false, OAK, provider("oak"));
  }

  @Test
  void whatIsWrongWithItsSettings_isItsOwnToSay() {
    BackendChoice choice = choose("oak", false, OAK);
    assertEquals(
        "only chosen here",
        assertThrows(IllegalArgumentException.class, () -> choice.open(key -> null)).getMessage());
  }
}
