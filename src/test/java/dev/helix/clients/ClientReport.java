package dev.helix.clients;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.opentest4j.TestAbortedException;

/**
 * Writes which {@linkplain Check checks} a client has passed, for {@link ClientTable}. A check that
 * it is known not to pass has to fail, and counts as not done, with the reason. Not thread-safe.
 */
final class ClientReport implements TestWatcher, AfterAllCallback, InvocationInterceptor {
  static final Path FOLDER = Client.HOME.resolve("report");
  static final String VERSION = "version";
  static final String PASSED = "✓";
  static final String FAILED = "failed";

  private final Client client;
  private final Map<String, String> checks = new HashMap<>();
  private String column;

  ClientReport(Client client) {
    this.client = client;
  }

  void version(String version) {
    checks.put(VERSION, version);
  }

  /** How the check that runs was passed. */
  void passed(String how) {
    checks.put(column, PASSED + " " + how);
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    column = column(context);
    String limit = client.limits().get(column);
    if (limit == null) {
      invocation.proceed();
      return;
    }
    try {
      invocation.proceed();
    } catch (TestAbortedException | AssertionError e) {
      throw new TestAbortedException("no: " + limit, e);
    }
    throw new AssertionError("it can do now what it could not: " + limit);
  }

  private static String column(ExtensionContext context) {
    return context.getRequiredTestMethod().getAnnotation(Check.class).value();
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    checks.putIfAbsent(column(context), PASSED);
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    checks.put(column(context), FAILED);
  }

  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    checks.put(column(context), cause.getMessage());
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    StringBuilder lines = new StringBuilder();
    checks.forEach((check, cell) -> lines.append(check).append('\t').append(cell).append('\n'));
    Files.createDirectories(FOLDER);
    Files.writeString(FOLDER.resolve(client.file()), lines);
  }
}
