package dev.helix.bench;

import java.io.IOException;
import java.net.URI;

/** The process of a {@link BenchUpstream}. */
final class Upstream implements AutoCloseable {
  private final Child process;
  private final URI url;

  private Upstream(Child process) throws IOException {
    this.process = process;
    this.url = URI.create("http://127.0.0.1:" + process.line());
  }

  static Upstream start() throws IOException {
    return new Upstream(Child.start(BenchUpstream.class));
  }

  /** Without {@code /v1}. */
  URI url() {
    return url;
  }

  @Override
  public void close() {
    process.close();
  }
}
