package dev.helix.blackbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * The running servers of one test class, one for each {@link Group}, started when first asked for
 * and ended after the class. Their sessions lie on the build's own disk, below {@code target}. Not
 * thread-safe.
 */
public final class Servers implements AfterAllCallback, TestWatcher {
  private static final int LOG_TAIL = 6000;

  private final Supplier<ServerUnderTest> kind;
  private final Map<Group, Endpoint> endpoints = new EnumMap<>(Group.class);
  private final String name;

  /**
   * Servers of one kind.
   *
   * @param name the folder below {@code target/blackbox} for their sessions
   */
  public Servers(String name, Supplier<ServerUnderTest> kind) {
    this.name = name;
    this.kind = kind;
  }

  /** The endpoint of that group, with an upstream that has forgotten all earlier cases. */
  Endpoint endpoint(Group group) {
    Endpoint endpoint = endpoints.computeIfAbsent(group, this::open);
    endpoint.upstream().forget();
    return endpoint;
  }

  private Endpoint open(Group group) {
    Path folder = Path.of("target", "blackbox", name, group.name().toLowerCase(Locale.ROOT));
    empty(folder);
    return Endpoint.start(kind.get(), group, folder.toAbsolutePath());
  }

  private static void empty(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    endpoints.forEach(
        (group, endpoint) -> {
          String log = endpoint.log();
          context.publishReportEntry(
              "log of " + group, log.substring(Math.max(0, log.length() - LOG_TAIL)));
        });
  }

  @Override
  public void afterAll(ExtensionContext context) {
    endpoints.values().forEach(Endpoint::close);
    endpoints.clear();
  }
}
