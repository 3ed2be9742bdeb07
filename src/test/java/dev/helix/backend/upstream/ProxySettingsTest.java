package dev.helix.backend.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.scripted.Table;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which proxy is before an upstream, by the system properties and the environment. */
class ProxySettingsTest {
  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new TreeMap<>();
    for (String pair : text.isBlank() ? new String[0] : text.strip().split(" ", -1)) {
      pairs.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return pairs;
  }

  static Stream<Arguments> proxyOfAnUpstream() {
    return Table.of(
        "https://api.example/v1 →  →  → null",
        "https://api.example/v1 →  → HTTPS_PROXY=http://proxy:3128 → http://proxy:3128",
        "https://api.example/v1 →  → https_proxy=proxy:3128 → http://proxy:3128",
        "https://api.example/v1 →  → https_proxy=http://proxy → http://proxy:80",
        "https://api.example/v1 →  → https_proxy= HTTPS_PROXY=http://proxy:1 → null",
        "https://api.example/v1 →  → HTTP_PROXY=http://proxy:3128 → null",
        "http://api.example/v1 →  → HTTP_PROXY=http://proxy:3128 → http://proxy:3128",
        "http://my_host:8000/v1 →  → HTTP_PROXY=http://proxy:3128 → http://proxy:3128",
        "http://my_host:8000/v1 →  → HTTP_PROXY=http://proxy:3128 NO_PROXY=my_host → null",
        "https://api.example/v1 →  → HTTPS_PROXY=http://u:p@proxy:3128 → http://proxy:3128",
        "https://api.example/v1 →  → HTTPS_PROXY=http://proxy:1 NO_PROXY=* → null",
        "https://api.example/v1 →  → HTTPS_PROXY=http://proxy:1 NO_PROXY=a,api.example → null",
        "https://api.example/v1 →  → HTTPS_PROXY=http://proxy:1 NO_PROXY=example → null",
        "https://api.example/v1 →  → HTTPS_PROXY=http://proxy:1 NO_PROXY=.example → null",
        "https://API.Example/v1 →  → HTTPS_PROXY=http://proxy:1 no_proxy=*.EXAMPLE → null",
        "https://api.example/v1 →  → HTTPS_PROXY=http://proxy:1 NO_PROXY=ample → http://proxy:1",
        "https://api.example/v1 →  → HTTPS_PROXY=http://proxy:1 NO_PROXY=api.example:443 → null",
        "https://api.example:8443/v1 →  → HTTPS_PROXY=http://proxy:1 NO_PROXY=api.example:443 → http://proxy:1",
        "https://api.example/v1 → https.proxyHost=p → HTTPS_PROXY=http://proxy:1 → http://p:80",
        "https://api.example/v1 → https.proxyHost=p https.proxyPort=8080 →  → http://p:8080",
        "http://api.example/v1 → http.proxyHost=p http.proxyPort=8080 →  → http://p:8080",
        "http://api.example/v1 → https.proxyHost=p →  → null",
        "http://10.1.2.3/v1 → http.proxyHost=p http.nonProxyHosts=10.* →  → null",
        "http://a.corp/v1 → http.proxyHost=p http.nonProxyHosts=x|*.corp →  → null",
        "http://127.0.0.1:11434/v1 → http.proxyHost=p → HTTP_PROXY=http://proxy:1 → null",
        "http://localhost:11434/v1 →  → HTTP_PROXY=http://proxy:1 → null",
        "http://localhost.:11434/v1 →  → HTTP_PROXY=http://proxy:1 → null",
        "http://0.0.0.0:11434/v1 →  → HTTP_PROXY=http://proxy:1 → null",
        "http://[::]:11434/v1 →  → HTTP_PROXY=http://proxy:1 → null",
        "http://[::ffff:127.0.0.1]:11434/v1 →  → HTTP_PROXY=http://proxy:1 → null",
        "http://[0:0:0:0:0:0:0:1]:11434/v1 →  → HTTP_PROXY=http://proxy:1 → null",
        "http://[1::]:11434/v1 →  → HTTP_PROXY=http://proxy:1 → http://proxy:1",
        "http://[::1]:11434/v1 →  → HTTP_PROXY=http://proxy:1 → null");
  }

  @ParameterizedTest
  @MethodSource
  void proxyOfAnUpstream(String upstream, String properties, String environment, String proxy) {
    assertEquals(
        proxy,
        ""
            + ProxySettings.of(
                URI.create(upstream), pairs(properties)::get, pairs(environment)::get));
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://proxy:1", "https://proxy:1", "http://u:geheim@:1", "h ttp"})
  void proxyOfAnotherKind_isRefused_andNotShown(String proxy) {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                ProxySettings.of(
                    URI.create("https://a.b/"), name -> null, Map.of("HTTPS_PROXY", proxy)::get));
    assertFalse(("" + refusal).contains("geheim"));
  }

  @Test
  void credentials_areSentAndNotShown() {
    ProxySettings proxy = new ProxySettings("p", 1, "u:geheim");
    assertEquals("Basic dTpnZWhlaW0=", proxy.authorization());
    assertFalse(proxy.toString().contains("geheim"));
  }
}
