package dev.helix.openwebui;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Open WebUI before our server with one header set-up, for all cases of a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StackSuite implements PersonFixture {
  private final HeaderSetup setup;
  private final Set<String> saved = new TreeSet<>();
  private Stack stack;
  private Report report;

  StackSuite(HeaderSetup setup) {
    this.setup = setup;
  }

  @BeforeAll
  void start() {
    Report.forget(setup);
    stack = new Stack(setup);
    report =
        new Report(
            setup,
            "Open WebUI "
                + stack.version()
                + ", Chromium "
                + stack.chromium.version()
                + ", Playwright "
                + System.getProperty("openwebui.playwright")
                + ", Java "
                + System.getProperty("java.version")
                + ".");
  }

  @AfterAll
  void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  @Override
  public HeaderSetup setup() {
    return setup;
  }

  @Override
  public Stack stack() {
    return stack;
  }

  @Override
  public Scenario scenario(String name) {
    return new Scenario(stack, name, report, saved);
  }
}
