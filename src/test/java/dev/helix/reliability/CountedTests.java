package dev.helix.reliability;

import java.util.Optional;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.TestWatcher;
import org.opentest4j.TestAbortedException;

/**
 * Leaves how many tests of a class have passed, where none has failed. A watcher is not told of
 * tests that a factory makes, nor of a factory that cannot make them. Not thread-safe.
 */
public final class CountedTests
    implements BeforeAllCallback,
        AfterAllCallback,
        AfterEachCallback,
        TestWatcher,
        InvocationInterceptor {
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
  public void interceptDynamicTest(
      Invocation<Void> test, DynamicTestInvocationContext dynamic, ExtensionContext context)
      throws Throwable {
    try {
      test.proceed();
      passed++;
    } catch (Throwable e) {
      countNotPassed(e);
      throw e;
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getRequiredTestMethod().isAnnotationPresent(TestFactory.class)) {
      context.getExecutionException().ifPresent(this::countNotPassed);
    }
  }

  private void countNotPassed(Throwable e) {
    if (e instanceof TestAbortedException) {
      skipped++;
    } else {
      failed = true;
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (!failed) {
      String row = context.getRequiredTestClass().getSimpleName();
      Figures.leave(row, passed + " passed" + (skipped == 0 ? "" : ", " + skipped + " skipped"));
    }
  }
}
