package dev.helix.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleTest {
  @Test
  void fewDecades_areLabelledAtOneTwoAndFive() {
    Scale scale = Scale.of(true, 1, 900);
    assertEquals(
        List.of(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0), scale.ticks());
    assertFalse(scale.lesser().contains(5.0));
    assertEquals(0, scale.at(1));
    assertEquals(1, scale.at(1000));
    assertEquals(1.0 / 3, scale.at(10), 1e-9);
  }

  @Test
  void manyDecades_areLabelledAtTheirPowersOfTen() {
    Scale scale = Scale.of(true, 0.02, 150_000);
    assertEquals(List.of(0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0), scale.ticks());
    assertEquals(0.02, scale.low());
    assertEquals(200_000, scale.high());
    assertEquals(8 + 6 * 8 + 1, scale.lesser().size());
  }

  @Test
  void lessThanADecade_hasTicksEnoughToReadValuesOff() {
    assertEquals(List.of(0.2, 0.3, 0.4, 0.5), Scale.of(true, 0.23, 0.48).ticks());
  }

  @Test
  void aLinearAxis_hasRoundTicksAroundAllValues() {
    assertEquals(List.of(0.0, 500.0, 1000.0, 1500.0, 2000.0), Scale.of(false, 0, 2000).ticks());
    assertEquals(List.of(-0.1, 0.0, 0.1, 0.2, 0.3, 0.4), Scale.of(false, -0.04, 0.37).ticks());
  }

  @Test
  void oneValueAlone_hasAnAxisToo() {
    assertEquals(0, Scale.of(false, 0, 0).at(0));
    assertEquals(0.5, Scale.of(true, 1000, 1000).at(1000), 0.2);
  }

  @Test
  void figures_haveThreeDigitsThatCount() {
    assertEquals("0", Numbers.plain(0));
    assertEquals("0.0123", Numbers.plain(0.012345));
    assertEquals("1.5", Numbers.plain(1.5));
    assertEquals("12.3", Numbers.plain(12.345));
    assertEquals("1,000", Numbers.plain(999.7));
    assertEquals("12,346", Numbers.plain(12_345.6));
  }
}
