package dev.helix.backend.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.LoggedLines;
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
        "http://[::1]:11434/v1 →  → HTTP_PROXY=http://proxy:1 → null",
        "http://a.corp/v1 → http.proxyHost=p http.nonProxyHosts=corp →  → http://p:80",
        "http://a.corp/v1 → http.proxyHost=p http.nonProxyHosts=x|a.corp →  → null",
        "http://[2001:db8::1]/v1 → http.proxyHost=p http.nonProxyHosts=[2001:* →  → null",
        "https://api.example/v1 →  → HTTPS_PROXY=http://my_proxy:3128 → http://my_proxy:3128",
        "https://api.example/v1 →  → HTTPS_PROXY=http://[2001:db8::1]:3128/ → http://[2001:db8::1]:3128",
        "https://api.example/v1 →  → HTTPS_PROXY=HTTP://proxy: → http://proxy:80",
        "http://api.example/v1 →  → HTTP_PROXY=http://proxy:1 REQUEST_METHOD=GET → null",
        "http://api.example/v1 →  → http_proxy=http://proxy:1 REQUEST_METHOD=GET → http://proxy:1",
        "https://api.example/v1 →  → HTTPS_PROXY=http://proxy:1 REQUEST_METHOD=GET → http://proxy:1");
  }

  static Stream<Arguments> hostInNoProxy() {
    return Table.of(
        "10.1.2.3 → 10.0.0.0/8 → yes",
        "11.1.2.3 → 10.0.0.0/8 → no",
        "172.31.255.255 → 172.16.0.0/12 → yes",
        "172.32.0.0 → 172.16.0.0/12 → no",
        "10.1.2.3 → 10.1.2.3/32 → yes",
        "10.1.2.4 → 10.1.2.3/32 → no",
        "10.1.2.3 → 0.0.0.0/0 → yes",
        "10.1.2.3 → 10.0.0.0/33 → no",
        "10.1.2.3 → 10.0.0.0/x → no",
        "10.1.2.3 → 10.0.0.0/ → no",
        "10.1.2.3 → ::/0 → no",
        "10.1.2.3 → 10.1.2.3 → yes",
        "10.1.2.3:8000 → 10.1.2.3:8000 → yes",
        "10.1.2.3:8000 → 10.1.2.3:80 → no",
        "10.1.2.3 → 10.1.2.3:80 → yes",
        "110.1.2.3 → 10.1.2.3 → no",
        "10.1.2.3 → 2.3 → no",
        "10.1.2.3 → .3 → no",
        "10.1.2.3 → 10.* → yes",
        "8.0.0.1 → 264.0.0.1 → no",
        "8.0.0.1 → 264.0.0.0/8 → no",
        "8.0.0.1 → 8.0.0.1.5 → no",
        "10.1.2.3 → a,, 192.168.0.0/16 ,10.0.0.0/8 → yes",
        "10.1.2.3 → a 10.0.0.0/8\tb → yes",
        "[2001:db8::1] → 2001:db8::1 → yes",
        "[2001:db8::1] → [2001:db8::1] → yes",
        "[2001:db8::1] → 2001:DB8:0:0:0:0:0:1 → yes",
        "[2001:db8::1] → 2001:db8::2 → no",
        "[2001:db8::1] → 2001:db8::/32 → yes",
        "[2001:db8::1] → [2001:db8::]/32 → yes",
        "[2001:db9::1] → 2001:db8::/32 → no",
        "[2001:db9::1] → 2001:db8::/31 → yes",
        "[2001:db8::1]:8000 → [2001:db8::1]:8000 → yes",
        "[2001:db8::1]:8000 → [2001:db8::1]:80 → no",
        "[2001:db8::1] → 10.0.0.0/8 → no",
        "[::ffff:10.1.2.3] → 10.0.0.0/8 → yes",
        "[fe80::1%25.example.com] → *.example.com → no",
        "[fe80::1%25eth0] → fe80::/10 → yes",
        "api.example → .api.example → yes",
        "a.api.example → .api.example → yes",
        "aapi.example → .api.example → no",
        "a.api.example → *.api.example → yes",
        "api.example. → api.example → yes",
        "api.example → api.example. → yes",
        "api.example → API.Example → yes",
        "api.example:8443 → .example:8443 → yes",
        "api.example:8443 → .example:443 → no",
        "api.example → * → yes",
        "10.1.2.3 → a,* → yes",
        "[2001:db8::1] → * → yes",
        "api.example → . → no",
        "api.example → *. → no",
        "api.example → :80 → no",
        "api.example →  → no",
        "api.example → , , → no",
        "10.example → 10.0.0.0/8 → no");
  }

  @ParameterizedTest
  @MethodSource
  void hostInNoProxy(String host, String list, String listed) {
    Map<String, String> environment = Map.of("HTTP_PROXY", "http://proxy:1", "NO_PROXY", list);
    assertEquals(
        listed.equals("yes") ? "null" : "http://proxy:1",
        ""
            + ProxySettings.of(
                URI.create("http://" + host + "/v1"), name -> null, environment::get));
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
  @ValueSource(
      strings = {
        "socks5://u:geheim@proxy:1",
        "https://u:geheim@proxy:1",
        "http://u:geheim@:1",
        "h ttp",
        "http://proxy:99999",
        "http://proxy:0"
      })
  void proxyOfTheEnvironment_thatIsNoHttpProxy_isLoggedAndNotUsed_norShown(String proxy) {
    try (LoggedLines log = LoggedLines.of(ProxySettings.class.getName())) {
      assertNull(
          ProxySettings.of(
              URI.create("https://a.b/"), name -> null, Map.of("HTTPS_PROXY", proxy)::get));
      assertEquals(1, log.all().size());
      String line = log.all().get(0);
      assertTrue(line.contains("HTTPS_PROXY") && line.contains("NO_PROXY"), line);
      assertFalse(line.contains("geheim"), line);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "0", "70000"})
  void portOfAProxyThatThePropertiesName_isRefusedWhereItIsNone(String port) {
    Map<String, String> properties = Map.of("https.proxyHost", "p", "https.proxyPort", port);
    assertThrows(
        IllegalArgumentException.class,
        () -> ProxySettings.of(URI.create("https://a.b/"), properties::get, name -> null));
  }

  @Test
  void credentialsOfAUrl_areWithoutItsEscapes() {
    Map<String, String> environment = Map.of("HTTPS_PROXY", "http://u%40x:p+%2F@proxy:1");
    ProxySettings proxy =
        ProxySettings.of(URI.create("https://a.b/"), name -> null, environment::get);
    assertEquals("u@x:p+/", proxy.credentials());
  }

  @Test
  void credentials_areSentAndNotShown() {
    ProxySettings proxy = new ProxySettings("p", 1, "u:geheim");
    assertEquals("Basic dTpnZWhlaW0=", proxy.authorization());
    assertFalse(proxy.toString().contains("geheim"));
  }
}
