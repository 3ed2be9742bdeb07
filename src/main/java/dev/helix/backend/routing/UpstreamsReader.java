package dev.helix.backend.routing;

import dev.helix.backend.upstream.ProxySettings;
import dev.helix.backend.upstream.UpstreamSettings;
import dev.helix.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads the settings of all upstreams, with a name and without. One for each start. */
final class UpstreamsReader {
  private static final String ORDER = "helix.upstreams";
  private static final String URL = "helix.upstream.NAME.url";
  private static final String KEY = "helix.upstream.NAME.key";
  private static final String MODELS = "helix.upstream.NAME.models";
  private static final String HEADERS = "helix.upstream.NAME.headers";
  private static final String CONNECTIONS = "helix.upstream.NAME.connections";

  /** What is set of an upstream without a name; the first says that there is one. */
  private static final List<String> UNNAMED =
      List.of(
          "helix.upstream.url",
          "helix.upstream.key",
          "helix.upstream.headers",
          "helix.upstream.connections");

  private static final List<String> NAMED = List.of(URL, KEY, MODELS, HEADERS, CONNECTIONS);

  private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  /** Names that would be taken for settings. */
  private static final Set<String> WORDS = Set.of("url", "key", "models", "headers", "connections");

  /** What Azure wants with each request. */
  private static final Pattern VERSION = Pattern.compile("api-version=[A-Za-z0-9._-]+");

  /** Headers of the connection, the body and the caller's identity, which no upstream sees. */
  private static final Pattern NEVER_FORWARDED =
      Pattern.compile(
          "authorization|proxy-authorization|api-key|x-api-key|cookie"
              + "|x-openwebui-user-(jwt|id|name|email|role)"
              + "|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect"
              + "|content-(length|type|encoding)|accept-encoding",
          Pattern.CASE_INSENSITIVE);

  private final Settings settings;
  private final Duration connectTimeout;
  private final Duration modelsTimeout;

  UpstreamsReader(Settings settings, Duration connectTimeout, Duration modelsTimeout) {
    this.settings = settings;
    this.connectTimeout = connectTimeout;
    this.modelsTimeout = modelsTimeout;
  }

  Upstreams read() {
    List<String> order = settings.list(ORDER, List.of());
    Set<String> names = names(order);
    List<String> forwarded = headers("helix.upstream.headers");
    UpstreamSettings single =
        settings(
            null,
            "helix.upstream.url",
            "helix.upstream.key",
            integer("helix.upstream.connections"));
    if (names.isEmpty()) {
      return new Upstreams(
          single == null ? List.of() : List.of(new Upstream(single, List.of(), forwarded)),
          false,
          forwarded);
    }
    refuseUnnamed(names.iterator().next());
    List<Upstream> all = new ArrayList<>();
    for (String name : names) {
      refuseUnknown(name, names);
      Upstream upstream = named(name);
      if (upstream != null) {
        all.add(upstream);
      }
    }
    if (order.isEmpty()) {
      refuseSharedModels(all);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    all.forEach(
        each ->
            each.headers()
                .forEach(header -> headers.putIfAbsent(header.toLowerCase(Locale.ROOT), header)));
    return new Upstreams(all, !order.isEmpty(), List.copyOf(headers.values()));
  }

  /** The names that can be used, in their order: the given one, else the alphabet's. */
  private Set<String> names(List<String> order) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : order) {
      if (!isName(name)) {
        settings.reject(ORDER, "names of upstreams " + allowed(name));
      } else if (!names.add(name)) {
        settings.reject(
            ORDER, "names of upstreams, each of them once; " + name + " is there twice");
      }
    }
    SortedSet<String> found = new TreeSet<>();
    for (String form : NAMED) {
      for (String name : settings.names(form)) {
        if (!isName(name)) {
          refuse(key(form, name), "that of an upstream with a name " + allowed(name));
        } else if (!order.isEmpty() && !names.contains(name)) {
          refuse(
              key(form, name),
              "that of an upstream in " + ORDER + ": add " + name + " there, or take this out");
        } else {
          found.add(name);
        }
      }
    }
    names.addAll(found);
    return names;
  }

  private void refuse(String key, String allowed) {
    String unused = settings.raw(key);
    settings.reject(key, allowed);
  }

  private static boolean isName(String name) {
    return NAME.matcher(name).matches() && !WORDS.contains(name);
  }

  private static String allowed(String name) {
    String usual =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    return "in small letters and digits, with single hyphens between, and none of url, key, models, headers and"
        + " connections"
        + (isName(usual) ? "; not " + name + " but " + usual : "");
  }

  /** One upstream without a name is all there is, or none is. */
  private void refuseUnnamed(String other) {
    for (String unnamed : UNNAMED) {
      if (settings.isSet(unnamed)) {
        settings.reject(
            unnamed,
            "that of an upstream with a name, such as "
                + unnamed.replace("upstream.", "upstream.main.")
                + ", as there is another, "
                + other);
      }
    }
  }

  private Upstream named(String name) {
    UpstreamSettings read =
        settings(name, key(URL, name), key(KEY, name), integer(key(CONNECTIONS, name)));
    List<String> models = settings.list(key(MODELS, name), List.of());
    List<String> headers = headers(key(HEADERS, name));
    if (read == null) {
      settings.reject(key(URL, name), "the base URL of the upstream " + name + ", " + why(name));
      return null;
    }
    return new Upstream(read, models.stream().distinct().toList(), headers);
  }

  /** Why there is an upstream of this name. */
  private String why(String name) {
    for (String form : NAMED) {
      if (settings.isSet(key(form, name))) {
        return "as " + key(form, name) + " is set";
      }
    }
    String variable = name.toUpperCase(Locale.ROOT).replace('-', '_');
    return settings.list(ORDER, List.of()).contains(name)
        ? "which " + ORDER + " names"
        : "which in the environment is HELIX_UPSTREAM_" + variable + "_URL, all in capitals";
  }

  /** A misspelled one would be left out, such as the models that an upstream is restricted to. */
  private void refuseUnknown(String name, Set<String> names) {
    for (String word : settings.names("helix.upstream." + name + ".NAME")) {
      // The environment has one sign for hyphens and dots: it may be another's, with a longer name.
      String whole = name + "-" + word;
      boolean others =
          names.stream().anyMatch(o -> o.length() > name.length() && whole.startsWith(o + "-"));
      if (!WORDS.contains(word) && !others) {
        refuse(
            "helix.upstream." + name + "." + word,
            "url, key, models, headers or connections in place of " + word);
      }
    }
  }

  /** Who comes first is said by nobody then. */
  private void refuseSharedModels(List<Upstream> all) {
    Map<String, String> owners = new HashMap<>();
    for (Upstream upstream : all) {
      String name = upstream.settings().name();
      for (String model : upstream.models()) {
        String owner = owners.putIfAbsent(model, name);
        if (owner != null) {
          settings.reject(
              key(MODELS, name),
              "models of no other upstream, as "
                  + model
                  + " is in "
                  + key(MODELS, owner)
                  + " too; or "
                  + ORDER
                  + " must say which of them is asked first, as in "
                  + owner
                  + ", "
                  + name);
        }
      }
    }
  }

  private static String key(String form, String name) {
    return form.replace("NAME", name);
  }

  private int integer(String key) {
    return settings.integer(key, 10_000, 1, 1_000_000);
  }

  private List<String> headers(String key) {
    List<String> headers = settings.list(key, List.of());
    if (headers.stream().anyMatch(name -> NEVER_FORWARDED.matcher(name).matches())) {
      settings.reject(
          key,
          "names of headers, none of which belongs to the connection, the body or the caller's identity");
    }
    return headers;
  }

  private UpstreamSettings settings(String name, String urlKey, String keyKey, int connections) {
    URI url = settings.uri(urlKey, null);
    String key = settings.secret(keyKey);
    if (key != null && !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      settings.reject(keyKey, "visible ASCII characters, without blanks");
    }
    if (url == null) {
      return null;
    }
    boolean knownQuery = url.getRawQuery() == null || VERSION.matcher(url.getRawQuery()).matches();
    if (!knownQuery || url.getRawFragment() != null || url.getRawAuthority().contains("@")) {
      settings.reject(
          urlKey,
          "a URL without user or fragment, and with no query but Azure's api-version, such as"
              + " http://127.0.0.1:11434/v1; a key belongs in "
              + keyKey);
    }
    return new UpstreamSettings(
        name, url, key, connectTimeout, modelsTimeout, connections, proxy(url));
  }

  private ProxySettings proxy(URI upstream) {
    try {
      return ProxySettings.of(upstream, System::getProperty, System::getenv);
    } catch (IllegalArgumentException e) {
      settings.reject(
          upstream.getScheme() + ".proxyPort",
          "the port of the proxy that " + upstream.getScheme() + ".proxyHost names: 1 to 65535");
      return null;
    }
  }
}
