package dev.helix.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What a class leaves: all its tests that passed, of whichever kind, or nothing. */
class CountedTestsTest {
  @AfterEach
  void removeFigures() throws IOException {
    for (Class<?> each : CountedTestsTest.class.getDeclaredClasses()) {
      Files.deleteIfExists(figures(each));
    }
  }

  private static Path figures(Class<?> tests) {
    return Figures.FOLDER.resolve(tests.getSimpleName());
  }

  private static boolean leavesFigures(Class<?> tests) {
    LauncherFactory.create()
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build());
    return Files.exists(figures(tests));
  }

  @ExtendWith(CountedTests.class)
  static class Mixed {
    @Test
    void passes() {}

    @Test
    void isSkipped() {
      assumeTrue(false);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void passesEach(int number) {
      assertEquals(number, Math.abs(number));
    }

    @TestFactory
    Stream<DynamicTest> makesTests() {
      return Stream.of(
          DynamicTest.dynamicTest("passes", () -> {}),
          DynamicTest.dynamicTest("passes too", () -> {}),
          DynamicTest.dynamicTest("is skipped", () -> assumeTrue(false)));
    }
  }

  @Test
  void eachTest_countsByItself_andThoseThatAClassMakesWhileItRunsToo() throws IOException {
    leavesFigures(Mixed.class);
    assertEquals("5 passed, 2 skipped", Files.readString(figures(Mixed.class)));
  }

  @ExtendWith(CountedTests.class)
  static class OneMadeTestFails {
    @TestFactory
    Stream<DynamicTest> makesTests() {
      return Stream.of(
          DynamicTest.dynamicTest("passes", () -> {}),
          DynamicTest.dynamicTest(
              "fails",
              () -> {
                throw new AssertionError("no");
              }));
    }
  }

  @ExtendWith(CountedTests.class)
  static class TestsCannotBeMade {
    @Test
    void passes() {}

    @TestFactory
    Stream<DynamicTest> makesTests() {
      return Stream.of(1, 0).map(number -> DynamicTest.dynamicTest("" + 1 / number, () -> {}));
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {OneMadeTestFails.class, TestsCannotBeMade.class})
  void whereOneFails_nothingIsLeft(Class<?> tests) {
    assertFalse(leavesFigures(tests));
  }
}
