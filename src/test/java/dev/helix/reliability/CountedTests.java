package dev.helix.reliability;

import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Leaves how many tests of a class have passed, where none has failed. */
public final class CountedTests implements BeforeAllCallback, AfterAllCallback, TestWatcher {
  private int passed;
  private int skipped;
  private boolean failed;

  @Override
  public void beforeAll(ExtensionContext context) {
    passed = 0;
    skipped = 0;
    failed = false;
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    passed++;
  }

  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    skipped++;
  }

  @Override
  public void testDisabled(ExtensionContext context, Optional<String> reason) {
    skipped++;
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    failed = true;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (!failed) {
      String row = context.getRequiredTestClass().getSimpleName();
      Figures.leave(row, passed + " passed" + (skipped == 0 ? "" : ", " + skipped + " skipped"));
    }
  }
}
