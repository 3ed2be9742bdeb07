package dev.helix.blackbox;

import dev.helix.appserver.AppServer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Writes which {@linkplain Check checks} an app server has passed, for {@link CheckTable}. Not
 * thread-safe.
 */
final class CheckReport implements TestWatcher, AfterAllCallback {
  static final Path FOLDER = Path.of("target", "appservers", "report");
  static final String PASSED = "passed";
  static final String FAILED = "failed";

  private final AppServer kind;
  private final Map<String, String> checks = new TreeMap<>();

  CheckReport(AppServer kind) {
    this.kind = kind;
  }

  /** The row of a test; each has one. */
  static String check(Method test) {
    Check own = test.getAnnotation(Check.class);
    Check group = test.getDeclaringClass().getAnnotation(Check.class);
    if (own == null && group == null) {
      throw new IllegalStateException(test + " belongs to no row of the table of app servers");
    }
    return own == null ? group.value() : own.value();
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    checks.putIfAbsent(check(context.getRequiredTestMethod()), PASSED);
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    checks.put(check(context.getRequiredTestMethod()), FAILED);
  }

  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    checks.put(check(context.getRequiredTestMethod()), "not run: " + cause.getMessage());
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    StringBuilder lines = new StringBuilder();
    checks.forEach((check, result) -> lines.append(check).append('\t').append(result).append('\n'));
    Files.createDirectories(FOLDER);
    Files.writeString(FOLDER.resolve(kind.id()), lines);
  }
}
