package dev.helix.backend.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.config.Source;
import dev.helix.scripted.Table;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How upstreams are set, and what is said of settings that make none. */
class UpstreamsTest {
  private static final Map<String, String> BOTH =
      Map.of("helix.upstream.one.url", "http://one/v1", "helix.upstream.two.url", "http://two/v1");

  private static Upstreams read(Settings settings) {
    Upstreams upstreams = Upstreams.read(settings, Duration.ofSeconds(1));
    settings.check();
    return upstreams;
  }

  private static Settings properties(Map<String, String> values) {
    return new Settings(List.of(Source.of("system property", values)));
  }

  private static Settings environment(Map<String, String> values) {
    return new Settings(List.of(Source.environment(values)));
  }

  private static List<String> names(Upstreams upstreams) {
    return upstreams.all().stream().map(upstream -> upstream.settings().name()).toList();
  }

  @Test
  void withoutAName_thereIsOneOrNone_asBefore() {
    assertTrue(read(properties(Map.of())).isEmpty());
    Upstreams one =
        read(
            properties(
                Map.of(
                    "helix.upstream.url", "http://host/v1",
                    "helix.upstream.key", "k",
                    "helix.upstream.headers", "X-A, X-B",
                    "helix.upstream.connections", "7")));
    assertFalse(one.areNamed());
    Upstream only = one.all().get(0);
    assertEquals(URI.create("http://host/v1"), only.settings().url());
    assertEquals("k", only.settings().key());
    assertEquals(7, only.settings().maxConnections());
    assertEquals(List.of("X-A", "X-B"), only.headers());
    assertEquals(List.of("X-A", "X-B"), one.forwarded());
    // For a backend of the application's own.
    assertEquals(
        List.of("X-A"), read(properties(Map.of("helix.upstream.headers", "X-A"))).forwarded());
  }

  @Test
  void names_areFoundInTheirSettings_andComeInAlphabeticalOrder() {
    Map<String, String> all = new HashMap<>(BOTH);
    all.put("helix.upstream.0-gpu.url", "http://gpu/v1");
    all.put("helix.upstream.two.key", "k");
    all.put("helix.upstream.two.models", "a, b/c,a");
    all.put("helix.upstream.two.headers", "X-A, x-b");
    all.put("helix.upstream.one.headers", "X-B");
    all.put("helix.upstream.two.connections", "3");
    all.put("helix.upstream.empty.url", " ");
    Upstreams upstreams = read(properties(all));
    assertTrue(upstreams.areNamed());
    assertEquals(List.of("0-gpu", "one", "two"), names(upstreams));
    Upstream two = upstreams.all().get(2);
    assertEquals("k", two.settings().key());
    assertEquals(List.of("a", "b/c"), two.models());
    assertEquals(List.of("X-A", "x-b"), two.headers());
    assertEquals(3, two.settings().maxConnections());
    assertEquals(10_000, upstreams.all().get(1).settings().maxConnections());
    assertEquals(List.of("X-B", "X-A"), upstreams.forwarded());
  }

  @Test
  void names_areFoundInTheEnvironment_whereUnderscoresAreHyphens() {
    Upstreams upstreams =
        read(
            environment(
                Map.of(
                    "HELIX_UPSTREAM_MY_GPU_URL", "http://gpu/v1",
                    "HELIX_UPSTREAM_MY_GPU_KEY", "k",
                    "HELIX_UPSTREAM_MY_GPU_MODELS_URL", "http://other/v1",
                    "HELIX_UPSTREAM_CLOUD_URL", "http://cloud/v1")));
    assertEquals(List.of("cloud", "my-gpu", "my-gpu-models"), names(upstreams));
    assertEquals("k", upstreams.all().get(1).settings().key());
  }

  @Test
  void oneName_mayHaveItsSettingsInSeveralPlaces() {
    Settings settings =
        new Settings(
            List.of(
                Source.of("system property", Map.of("helix.upstream.my-gpu.key", "strong")),
                Source.environment(
                    Map.of(
                        "HELIX_UPSTREAM_MY_GPU_URL", "http://gpu/v1",
                        "HELIX_UPSTREAM_MY_GPU_KEY", "weak"))));
    assertEquals("strong", read(settings).all().get(0).settings().key());
    assertEquals(List.of(), settings.unknown());
  }

  @Test
  void order_isTheOneThatIsSet_alsoWhereNamesCannotBeFound() {
    Map<String, String> hidden = new HashMap<>(BOTH);
    hidden.put("helix.upstreams", "two, one");
    assertEquals(List.of("two", "one"), names(read(properties(hidden))));
    Source unlisted = new Source("JNDI", key -> key, hidden::get, List::of, false);
    assertEquals(List.of("two", "one"), names(read(new Settings(List.of(unlisted)))));
  }

  @Test
  void modelOfTwo_isTheFirstOnes_whereTheOrderIsSet() {
    Map<String, String> all = new HashMap<>(BOTH);
    all.put("helix.upstream.one.models", "m");
    all.put("helix.upstream.two.models", "m");
    all.put("helix.upstreams", "two, one");
    assertEquals(List.of("two", "one"), names(read(properties(all))));
  }

  static Stream<Arguments> wrongSetting_isNamed_withTheFix() {
    return Table.of(
        "upstream.one.url=ftp://x → helix.upstream.one.url = ftp://x → an http or https URL",
        "upstream.one.url=http://u:geheim@x/v1 → helix.upstream.one.url = "
            + " → a key belongs in helix.upstream.one.key",
        "upstream.one.key=geheim geheim → helix.upstream.one.key = (set) → visible ASCII",
        "upstream.one.headers=X-A,Cookie → helix.upstream.one.headers → none of which belongs",
        "upstream.one.models=a,,b → helix.upstream.one.models → nothing empty in it",
        "upstream.one.connections=0 → helix.upstream.one.connections = 0 → from 1 to 1000000",
        "upstream.three.key=geheim → helix.upstream.three.url = (not set)"
            + " → the base URL of the upstream three, as helix.upstream.three.key is set",
        "upstream.one.modles=a → helix.upstream.one.modles = (set) → models, headers or connections"
            + " in place of modles",
        "upstream.a--b.url=http://x → helix.upstream.a--b.url → not a--b but a-b",
        "upstream.a-.url=http://x → helix.upstream.a-.url → not a- but a",
        "upstream.three.models=a → helix.upstream.three.url → the base URL",
        "upstream.My_GPU.url=http://x → helix.upstream.My_GPU.url = (set)"
            + " → not My_GPU but my-gpu",
        "upstream.a.b.url=http://x → helix.upstream.a.b.url → not a.b but a-b",
        "upstream.-a.url=http://x → helix.upstream.-a.url → not -a but a",
        "upstream.key.url=http://x → helix.upstream.key.url → none of url, key, models",
        "upstream.url.key=geheim → helix.upstream.url.key → none of url, key, models",
        "upstream.url=http://x → helix.upstream.url = http://x"
            + " → such as helix.upstream.main.url, as there is another, one",
        "upstream.key=geheim → helix.upstream.key = (set) → such as helix.upstream.main.key",
        "upstream.headers=X-A → helix.upstream.headers = X-A → helix.upstream.main.headers",
        "upstream.connections=5 → helix.upstream.connections → helix.upstream.main.connections",
        "upstreams=one → helix.upstream.two.url → add two there, or take this out",
        "upstreams=one,two,one → helix.upstreams = one, two, one → one is there twice",
        "upstreams=one,two,Two → helix.upstreams → not Two but two",
        "upstreams=one,two,three → helix.upstream.three.url → the base URL of the upstream three, which helix.upstreams names",
        "upstream.one.models=a,m|upstream.two.models=m → helix.upstream.two.models = m"
            + " → as m is in helix.upstream.one.models too; or helix.upstreams must say");
  }

  @ParameterizedTest
  @MethodSource
  void wrongSetting_isNamed_withTheFix(String set, String key, String fix) {
    Map<String, String> all = new HashMap<>(BOTH);
    Arrays.stream(set.split("\\|"))
        .map(each -> each.split("=", 2))
        .forEach(each -> all.put("helix." + each[0], each[1]));
    String message =
        assertThrows(InvalidSettingsException.class, () -> read(properties(all))).getMessage();
    assertTrue(message.startsWith("1 setting cannot be used"), message);
    assertTrue(message.contains(key) && message.contains(fix), message);
    assertFalse(message.contains("geheim"), message);
  }

  @Test
  void allThatIsWrong_isSaidAtOnce() {
    String message =
        assertThrows(
                InvalidSettingsException.class,
                () ->
                    read(
                        environment(
                            Map.of(
                                "HELIX_UPSTREAM_URL", "http://x",
                                "HELIX_UPSTREAM_A_KEY", "geheim",
                                "HELIX_UPSTREAM_B_URL", "x",
                                "HELIX_UPSTREAM__C_URL", "http://x",
                                "HELIX_UPSTREAM_B_HEADERS", "Host"))))
            .getMessage();
    assertTrue(message.startsWith("5 settings cannot be used"), message);
    assertFalse(message.contains("geheim"), message);
  }

  static Stream<Arguments> misspelledVariable_isNamed_withTheFix() {
    return Table.of(
        "HELIX_UPSTREAM_CLOD_KEY → helix.upstream.clod.url = (not set)"
            + " → as helix.upstream.clod.key is set",
        "HELIX_UPSTREAM_beta_URL → helix.upstream.beta.url → HELIX_UPSTREAM_BETA_URL",
        "HELIX_UPSTREAM_MY_GPU_MODLES → helix.upstream.my-gpu.modles → in place of modles",
        "HELIX_UPSTREAM_RENAME_MODLES → helix.upstream.rename.modles → in place of modles",
        "HELIX_UPSTREAM_MY_GPU_ALL_MODELS → helix.upstream.my-gpu-all.url"
            + " → as helix.upstream.my-gpu-all.models is set");
  }

  @ParameterizedTest
  @MethodSource
  void misspelledVariable_isNamed_withTheFix(String variable, String key, String fix) {
    Map<String, String> all = new HashMap<>();
    all.put("HELIX_UPSTREAM_MY_GPU_URL", "http://gpu/v1");
    all.put("HELIX_UPSTREAM_MY_GPU_MODELS_URL", "http://gpu/v1");
    all.put("HELIX_UPSTREAM_RENAME_URL", "http://gpu/v1");
    all.put(variable, "geheim");
    String message =
        assertThrows(InvalidSettingsException.class, () -> read(environment(all))).getMessage();
    assertTrue(message.startsWith("1 setting cannot be used"), message);
    assertTrue(message.contains(key) && message.contains(fix), message);
    assertFalse(message.contains("geheim"), message);
  }

  @Test
  void settingsOfAnUpstream_areKnown_andReported() {
    Map<String, String> all = new HashMap<>(BOTH);
    all.put("helix.upstream.one.connections", "5");
    Settings settings = properties(all);
    assertEquals(2, read(settings).all().size());
    assertEquals(List.of(), settings.unknown());
    assertTrue(settings.report().contains("helix.upstream.one.connections = 5 (system property)"));
  }
}
