package dev.helix.servers;

import java.io.IOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/**
 * Gives tests a {@link PostgresServer} or a {@link MariaDbServer}, one for the whole run, started
 * when it is first asked for and ended after the last test. Where it cannot be started the test is
 * skipped with the reason, and fails where the environment says {@code
 * HELIX_TEST_SERVERS=required}.
 */
public final class SharedServers implements ParameterResolver {
  private static final Namespace OURS = Namespace.create(SharedServers.class);

  /** A server, or why there is none. */
  private record Attempt(DatabaseServer server, Exception failure) implements AutoCloseable {
    static Attempt of(Class<?> kind) {
      try {
        return new Attempt(
            kind == PostgresServer.class ? PostgresServer.begin() : MariaDbServer.begin(), null);
      } catch (IOException | InterruptedException | RuntimeException e) {
        return new Attempt(null, e);
      }
    }

    @Override
    public void close() {
      if (server != null) {
        server.close();
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == PostgresServer.class || type == MariaDbServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> kind = parameter.getParameter().getType();
    Attempt attempt =
        context.getRoot().getStore(OURS).getOrComputeIfAbsent(kind, Attempt::of, Attempt.class);
    if (attempt.server() != null) {
      return attempt.server();
    }
    String reason = "no " + kind.getSimpleName() + " here: " + attempt.failure();
    if ("required".equals(System.getenv("HELIX_TEST_SERVERS"))) {
      throw new IllegalStateException(reason, attempt.failure());
    }
    throw new TestAbortedException(reason, attempt.failure());
  }
}
