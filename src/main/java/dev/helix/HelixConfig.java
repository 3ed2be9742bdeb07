package dev.helix;

import dev.helix.access.AuthenticationSettings;
import dev.helix.access.CrossOriginFilter;
import dev.helix.access.LoopbackFilter;
import dev.helix.archive.ArchiveSettings;
import dev.helix.backend.BackendChoice;
import dev.helix.backend.upstream.ProxySettings;
import dev.helix.backend.upstream.UpstreamSettings;
import dev.helix.config.Settings;
import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.session.CacheShare;
import dev.helix.session.HistoryMode;
import dev.helix.session.SentHistory;
import dev.helix.session.StoreProviders;
import dev.helix.turn.TurnSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * All settings of the application, read and validated once. Immutable; holds a secret, the
 * upstream's key, and shows none.
 *
 * @param store what kind of store sessions are kept in
 * @param sessionsDir where the sessions' folders are
 * @param cache how much memory the sessions last used may take
 * @param archive where and when idle sessions are archived
 * @param backend who answers
 * @param upstream the upstream, or null where none is set
 * @param modelsTimeout how long callers wait for the list of models
 * @param chat how the chat endpoint behaves
 * @param filter how the filter behaves
 */
public record HelixConfig(
    String store,
    Path sessionsDir,
    CacheShare cache,
    ArchiveSettings archive,
    BackendChoice backend,
    UpstreamSettings upstream,
    Duration modelsTimeout,
    TurnSettings chat,
    FilterSettings filter) {
  public static final String SESSIONS_DIR = ConversationFilter.SESSIONS_DIR;
  public static final String STORE = ConversationFilter.STORE;

  private static final long MIB = 1L << 20;

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

  /** Reads every key. The one error names every key that can't be used. */
  static HelixConfig from(Settings settings) {
    Path sessionsDir = sessionsDir(settings);
    FilterSettings filter = FilterSettings.from(settings);
    CacheShare cache = FilterSettings.cacheShare(settings);
    // Their filters read these themselves; here wrong values are named with the others.
    settings.flag(LoopbackFilter.ALLOW_REMOTE, false);
    CrossOriginFilter.origins(settings);
    AuthenticationSettings.from(settings);
    ArchiveSettings.read(settings);
    String store = store(settings);
    StoreProviders.problems(STORE, store, storeSettings(settings, sessionsDir))
        .forEach(settings::reject);
    Duration modelsTimeout = settings.duration("helix.timeout.models", Duration.ofSeconds(10));
    UpstreamSettings upstream = upstream(settings, modelsTimeout);
    BackendChoice backend = BackendChoice.read(settings, upstream != null, BackendChoice.own());
    TurnSettings chat = chat(settings, filter);
    settings.check();
    ArchiveSettings archive =
        ArchiveSettings.from(settings, store, storeSettings(settings, sessionsDir));
    settings.check();
    return new HelixConfig(
        store, sessionsDir, cache, archive, backend, upstream, modelsTimeout, chat, filter);
  }

  /** What kind of store the settings name. */
  public static String store(Settings settings) {
    return settings.string(STORE, "files");
  }

  /** The sessions folder that the settings name. */
  public static Path sessionsDir(Settings settings) {
    Path home = Path.of(System.getProperty("user.home"));
    return settings.path(SESSIONS_DIR, home.resolve(".helix").resolve("sessions"));
  }

  /** What a store is given to read its own settings with. */
  public static UnaryOperator<String> storeSettings(Settings settings, Path sessionsDir) {
    return key -> key.equals(SESSIONS_DIR) ? sessionsDir.toString() : settings.raw(key);
  }

  private static UpstreamSettings upstream(Settings settings, Duration modelsTimeout) {
    URI url = settings.uri("helix.upstream.url", null);
    String key = settings.secret("helix.upstream.key");
    Duration connect = settings.duration("helix.timeout.connect", Duration.ofSeconds(10));
    int connections = settings.integer("helix.upstream.connections", 10_000, 1, 1_000_000);
    if (key != null && !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      settings.reject("helix.upstream.key", "visible ASCII characters, without blanks");
    }
    if (url == null) {
      return null;
    }
    boolean knownQuery = url.getRawQuery() == null || VERSION.matcher(url.getRawQuery()).matches();
    if (!knownQuery || url.getRawFragment() != null || url.getRawAuthority().contains("@")) {
      settings.reject(
          "helix.upstream.url",
          "a URL without user or fragment, and with no query but Azure's api-version, such as"
              + " http://127.0.0.1:11434/v1; a key belongs in helix.upstream.key");
    }
    return new UpstreamSettings(
        url, key, connect, modelsTimeout, connections, proxy(settings, url));
  }

  private static ProxySettings proxy(Settings settings, URI upstream) {
    try {
      return ProxySettings.of(upstream, System::getProperty, System::getenv);
    } catch (IllegalArgumentException e) {
      settings.reject(
          upstream.getScheme() + ".proxyPort",
          "the port of the proxy that " + upstream.getScheme() + ".proxyHost names: 1 to 65535");
      return null;
    }
  }

  private static SentHistory sentHistory(Settings settings) {
    int all = Integer.MAX_VALUE;
    int messages = settings.integer("helix.history.max.messages", all, 1, all);
    int tokens = settings.integer("helix.history.max.tokens", all, 1, all);
    int perToken = settings.integer("helix.history.characters.per.token", 4, 1, 100);
    boolean reasoning = settings.flag("helix.history.reasoning", false);
    return new SentHistory(
        messages, tokens == all ? Long.MAX_VALUE : (long) tokens * perToken, reasoning);
  }

  private static TurnSettings chat(Settings settings, FilterSettings filter) {
    List<String> forwarded = settings.list("helix.upstream.headers", List.of());
    if (forwarded.stream().anyMatch(name -> NEVER_FORWARDED.matcher(name).matches())) {
      settings.reject(
          "helix.upstream.headers",
          "names of headers, none of which belongs to the connection, the body or the caller's identity");
    }
    return new TurnSettings(
        settings.choice("helix.history.mode", HistoryMode.CLIENT),
        sentHistory(settings),
        settings.duration(
            "helix.history.wait", Duration.ofSeconds(60), Duration.ZERO, Duration.ofHours(1)),
        settings.duration(
            "helix.history.lease",
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ofHours(1)),
        forwarded,
        filter.maxBytes(),
        settings.size("helix.reply.max.bytes", 16 * MIB, 1024, 1L << 30),
        settings.size("helix.reply.data-url.max.bytes", MIB, 1024, 1L << 30),
        settings.duration("helix.timeout.first-byte", Duration.ofMinutes(10)),
        settings.duration("helix.timeout.idle", Duration.ofMinutes(5)),
        settings.duration("helix.timeout.done", Duration.ofSeconds(5)),
        settings.duration("helix.timeout.stalled-reader", Duration.ofMinutes(1)),
        settings.duration("helix.sse.commit-after", Duration.ofSeconds(10)),
        settings.duration("helix.sse.comment-interval", Duration.ofSeconds(3)),
        settings.size("helix.stream.buffer.bytes", 4 * MIB, 1024, 1L << 30),
        settings.duration("helix.models.cache", Duration.ofSeconds(10)),
        settings.duration(
            "helix.shutdown.grace", Duration.ofSeconds(20), Duration.ZERO, Duration.ofHours(1)));
  }
}
