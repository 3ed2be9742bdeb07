package dev.helix.bench;

import dev.helix.appserver.ServerProcess;
import dev.helix.scripted.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The LiteLLM proxy before the upstream, from PyPI in a virtual environment of its own: one worker
 * as it starts without being told, no database, no keys, no log of requests.
 */
final class LiteLlm implements AutoCloseable {
  /** The version that is installed. */
  static final String VERSION = "1.108.7";

  private final ServerProcess process;
  private final URI url;

  private LiteLlm(ServerProcess process, URI url) {
    this.process = process;
    this.url = url;
  }

  /**
   * Installs it where it is not, which takes a minute and 800 MB.
   *
   * @return null, or why it cannot be
   */
  static String install(Path environment) throws IOException {
    if (Files.isExecutable(environment.resolve("bin/litellm"))) {
      return null;
    }
    Files.createDirectories(environment);
    for (List<String> command :
        List.of(
            List.of("python3", "-m", "venv", environment.toString()),
            List.of(
                environment.resolve("bin/pip").toString(),
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "litellm[proxy]==" + VERSION))) {
      try (ServerProcess process = ServerProcess.start(environment, Map.of(), command)) {
        if (process.awaitExit() != 0) {
          return "LiteLLM could not be installed: " + process.standardError().lines().findFirst();
        }
      } catch (UncheckedIOException e) {
        return "LiteLLM could not be installed: " + e.getCause().getMessage();
      }
    }
    return null;
  }

  /** Starts it in a folder of its own; it answers requests on return. */
  static LiteLlm start(Path environment, Path folder, URI upstream) throws IOException {
    Files.createDirectories(folder);
    int port = Ports.free();
    Path configuration =
        Files.writeString(
            folder.resolve("config.yaml"),
            """
            model_list:
              - model_name: whole
                litellm_params:
                  model: openai/whole
                  api_base: %s/v1
                  api_key: none
            litellm_settings:
              telemetry: false
            """
                .formatted(upstream));
    ServerProcess process =
        ServerProcess.start(
            folder,
            Map.of(
                "LITELLM_LOCAL_MODEL_COST_MAP",
                "True",
                "LITELLM_LOG",
                "ERROR",
                "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY",
                "true"),
            List.of(
                environment.resolve("bin/litellm").toString(),
                "--config",
                configuration.toString(),
                "--host",
                "127.0.0.1",
                "--port",
                "" + port));
    URI url = URI.create("http://127.0.0.1:" + port);
    Answering.await(url, "/health/liveliness", process);
    return new LiteLlm(process, url);
  }

  URI url() {
    return url;
  }

  @Override
  public void close() {
    process.close();
  }
}
