package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import dev.helix.packaging.WarProcess;
import dev.helix.scripted.Json;
import dev.helix.scripted.Tap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything from the browser to the model: Chromium, Open WebUI, the tap, the launched WAR and the
 * model behind it, and two people with accounts. Not thread-safe.
 */
final class Stack implements AutoCloseable {
  /** The id of a tool that Open WebUI runs. */
  static final String TOOL = "weather";

  /** A model of Open WebUI's own that has a tool which Open WebUI runs. */
  static final String TOOL_MODEL = "forecaster";

  /** Another one on another model, with the same tool. */
  static final String OTHER_TOOL_MODEL = "prophet";

  /** One whose tool is chosen by a prompt before the turn. */
  static final String LEGACY_TOOL_MODEL = "oracle";

  /** Where all of it keeps its files. */
  static final Path HOME = Path.of(System.getProperty("openwebui.home", "target/openwebui"));

  private static final String TOOL_SOURCE =
      """
      import asyncio


      class Tools:
          async def get_weather(self, city: str) -> str:
              \"""
              Tells the weather of a city.
              :param city: the city's name
              \"""
              if city == "Nowhere":
                  await asyncio.sleep(600)
              return "sunshine in " + city
      """;

  final HeaderSetup setup;
  final Path folder;
  final Model model;
  final Sessions sessions;
  final Tap tap;
  final OpenWebUi openWebUi;
  final Playwright playwright;
  final Browser chromium;
  final Person ada;
  final Person ben;

  private WarProcess server;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  Stack(HeaderSetup setup) {
    this.setup = setup;
    folder = emptied(HOME.toAbsolutePath().resolve(setup.title));
    sessions = new Sessions(make(folder.resolve("sessions")));
    try {
      model = opened(new Model());
      server = serve();
      opened.push(() -> server.close());
      tap = opened(Tap.before(server.url()));
      URI connection = URI.create(tap.url() + "/v1");
      openWebUi = opened(OpenWebUi.start(folder, connection, setup.openWebUiEnvironment()));
      String admin = openWebUi.signUp("Ada", "ada@example.org", "ada-keeps-this");
      String user = openWebUi.addUser(admin, "Ben", "ben@example.org", "ben-keeps-this");
      openWebUi.remember(admin, false);
      openWebUi.remember(user, false);
      configure(admin);
      playwright = opened(play());
      chromium = browse();
      URI site = openWebUi.url();
      ada = Person.signIn(chromium, site, "ada@example.org", "ada-keeps-this", admin);
      ben = Person.signIn(chromium, site, "ben@example.org", "ben-keeps-this", user);
    } catch (RuntimeException | AssertionError e) {
      close(); // nobody else can: no process may outlive a start that failed
      throw e;
    }
  }

  private <T extends AutoCloseable> T opened(T one) {
    opened.push(one);
    return one;
  }

  private WarProcess serve() {
    Map<String, String> environment = new HashMap<>(setup.serverEnvironment());
    environment.put("HELIX_UPSTREAM_URL", model.baseUrl().toString());
    environment.put("HELIX_UPSTREAM_HEADERS", Tap.NUMBER);
    return WarProcess.start(environment, "--sessions", sessions.folder().toString());
  }

  /** Ends our server and starts it again on the same sessions. */
  void restartServer() {
    int unused = server.terminate().join();
    server.close();
    server = serve();
    tap.leadTo(server.url());
  }

  private Playwright play() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    environment.put("TMPDIR", make(folder.resolve("tmp")).toString());
    return Playwright.create(new Playwright.CreateOptions().setEnv(environment));
  }

  private Browser browse() {
    return playwright
        .chromium()
        .launch(
            new BrowserType.LaunchOptions()
                .setExecutablePath(Path.of(System.getProperty("openwebui.chromium")))
                .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
  }

  private void configure(String admin) {
    ObjectNode config = Json.object().put("ENABLE_OPENAI_API", true);
    config.putArray("OPENAI_API_BASE_URLS").add(tap.url() + "/v1");
    config.putArray("OPENAI_API_KEYS").add(OpenWebUi.CONNECTION_KEY);
    ObjectNode connection = config.putObject("OPENAI_API_CONFIGS").putObject("0");
    connection.put("enable", true);
    if (setup.responses) {
      connection.put("api_type", "responses");
    }
    if (!setup.connectionHeaders().isEmpty()) {
      ObjectNode headers = connection.putObject("headers");
      setup.connectionHeaders().forEach(headers::put);
    }
    openWebUi.post("/openai/config/update", admin, config);
    ObjectNode tool = Json.object().put("id", TOOL).put("name", "Weather");
    tool.put("content", TOOL_SOURCE).putObject("meta").put("description", "Tells the weather.");
    openWebUi.post("/api/v1/tools/create", admin, tool);
    preset(admin, TOOL_MODEL, "alpha", Json.object().put("function_calling", "native"));
    preset(admin, OTHER_TOOL_MODEL, "beta", Json.object().put("function_calling", "native"));
    ObjectNode legacy = Json.object().put("function_calling", "legacy");
    preset(admin, LEGACY_TOOL_MODEL, "beta", legacy.put("system", "Be brief."));
  }

  private void preset(String admin, String name, String model, ObjectNode params) {
    ObjectNode preset = Json.object().put("id", name).put("name", name);
    preset.put("base_model_id", model).put("is_active", true);
    preset.set("params", params);
    ObjectNode meta = preset.putObject("meta");
    meta.putArray("toolIds").add(TOOL);
    meta.putObject("capabilities").put("builtin_tools", false);
    openWebUi.post("/api/v1/models/create", admin, preset);
  }

  /** Open WebUI's version, as its API says. */
  String version() {
    JsonNode version = openWebUi.get("/api/version", null);
    return version.path("version").asText();
  }

  static Path make(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path emptied(Path folder) {
    try {
      if (Files.exists(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
