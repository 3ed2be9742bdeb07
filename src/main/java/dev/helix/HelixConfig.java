package dev.helix;

import dev.helix.access.AuthenticationSettings;
import dev.helix.access.CrossOriginFilter;
import dev.helix.access.LoopbackFilter;
import dev.helix.archive.ArchiveSettings;
import dev.helix.backend.BackendChoice;
import dev.helix.backend.routing.Upstreams;
import dev.helix.config.Settings;
import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.openai.background.BackgroundSettings;
import dev.helix.openai.responses.ResponseSettings;
import dev.helix.openai.socket.SocketSettings;
import dev.helix.session.CacheShare;
import dev.helix.session.HistoryMode;
import dev.helix.session.OwnerLimits;
import dev.helix.session.SentHistory;
import dev.helix.session.StoreProviders;
import dev.helix.turn.SignOfLife;
import dev.helix.turn.TurnSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * All settings of the application, read and validated once. Immutable; holds secrets, the keys of
 * upstreams, and shows none.
 *
 * @param store what kind of store sessions are kept in
 * @param sessionsDir where the sessions' folders are
 * @param cache how much memory the sessions last used may take
 * @param owners what one owner may create
 * @param archive where and when idle sessions are archived
 * @param backend who answers
 * @param upstreams the upstreams that are set
 * @param modelsTimeout how long callers wait for the list of models
 * @param chat how the chat endpoint behaves
 * @param background how much is done in the background
 * @param filter how the filter behaves
 * @param responses how responses are made
 * @param sockets how many WebSockets there are
 */
public record HelixConfig(
    String store,
    Path sessionsDir,
    CacheShare cache,
    OwnerLimits owners,
    ArchiveSettings archive,
    BackendChoice backend,
    Upstreams upstreams,
    Duration modelsTimeout,
    TurnSettings chat,
    BackgroundSettings background,
    FilterSettings filter,
    ResponseSettings responses,
    SocketSettings sockets) {
  public static final String SESSIONS_DIR = ConversationFilter.SESSIONS_DIR;
  public static final String STORE = ConversationFilter.STORE;

  private static final long MIB = 1L << 20;

  /** Reads every key. The one error names every key that can't be used. */
  static HelixConfig from(Settings settings) {
    Path sessionsDir = sessionsDir(settings);
    FilterSettings filter = FilterSettings.from(settings);
    CacheShare cache = FilterSettings.cacheShare(settings);
    OwnerLimits owners = owners(settings);
    // Their filters read these themselves; here wrong values are named with the others.
    settings.flag(LoopbackFilter.ALLOW_REMOTE, false);
    CrossOriginFilter.origins(settings);
    AuthenticationSettings.from(settings);
    ArchiveSettings.read(settings);
    String store = store(settings);
    StoreProviders.problems(STORE, store, storeSettings(settings, sessionsDir))
        .forEach(settings::reject);
    Duration modelsTimeout = settings.duration("helix.timeout.models", Duration.ofSeconds(10));
    Upstreams upstreams = Upstreams.read(settings, modelsTimeout);
    BackendChoice backend = BackendChoice.read(settings, !upstreams.isEmpty(), BackendChoice.own());
    TurnSettings chat = chat(settings, filter, upstreams.forwarded());
    ResponseSettings responses = ResponseSettings.from(settings);
    BackgroundSettings background = BackgroundSettings.from(settings);
    SocketSettings sockets = SocketSettings.from(settings);
    settings.check();
    ArchiveSettings archive =
        ArchiveSettings.from(settings, store, storeSettings(settings, sessionsDir));
    settings.check();
    return new HelixConfig(
        store,
        sessionsDir,
        cache,
        owners,
        archive,
        backend,
        upstreams,
        modelsTimeout,
        chat,
        background,
        filter,
        responses,
        sockets);
  }

  private static OwnerLimits owners(Settings settings) {
    OwnerLimits none = OwnerLimits.NONE;
    return new OwnerLimits(
        settings.integer(
            OwnerLimits.SESSIONS_PER_HOUR, none.sessionsPerHour(), 1, none.sessionsPerHour()),
        settings.size(OwnerLimits.MAX_BYTES, none.bytes(), 1, none.bytes()));
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

  private static SentHistory sentHistory(Settings settings, FilterSettings filter) {
    int all = Integer.MAX_VALUE;
    int messages = settings.integer("helix.history.max.messages", all, 1, all);
    int tokens = settings.integer("helix.history.max.tokens", all, 1, all);
    int perToken = settings.integer("helix.history.characters.per.token", 4, 1, 100);
    long bytes = settings.size("helix.history.max.bytes", filter.maxBytes(), 1, 1L << 30);
    boolean reasoning = settings.flag("helix.history.reasoning", false);
    return new SentHistory(
        messages, tokens == all ? Long.MAX_VALUE : (long) tokens * perToken, bytes, reasoning);
  }

  private static long longestReply() {
    return Math.min(16 * MIB, Math.max(MIB, Runtime.getRuntime().maxMemory() / 32));
  }

  private static TurnSettings chat(
      Settings settings, FilterSettings filter, List<String> forwarded) {
    return new TurnSettings(
        settings.choice("helix.history.mode", HistoryMode.CLIENT),
        sentHistory(settings, filter),
        settings.duration(
            "helix.history.wait", Duration.ofSeconds(60), Duration.ZERO, Duration.ofHours(1)),
        settings.duration(
            "helix.history.lease",
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ofHours(1)),
        settings.flag("helix.conversation.keep.refused", false),
        forwarded,
        filter.maxBytes(),
        settings.size("helix.reply.max.bytes", longestReply(), 1024, 1L << 30),
        settings.size("helix.reply.data-url.max.bytes", MIB, 1024, 1L << 30),
        settings.duration("helix.timeout.first-byte", Duration.ofMinutes(10)),
        settings.duration("helix.timeout.idle", Duration.ofMinutes(5)),
        settings.duration("helix.timeout.done", Duration.ofSeconds(5)),
        settings.duration("helix.timeout.stalled-reader", Duration.ofMinutes(1)),
        settings.duration("helix.sse.commit-after", Duration.ofSeconds(10)),
        settings.duration("helix.sse.comment-interval", Duration.ofSeconds(3)),
        settings.choice("helix.sse.keepalive", SignOfLife.CHUNK),
        settings.duration(
            "helix.answer.checkpoint", Duration.ofSeconds(5), Duration.ZERO, Duration.ofHours(1)),
        settings.size("helix.stream.buffer.bytes", 4 * MIB, 1024, 1L << 30),
        settings.duration("helix.models.cache", Duration.ofSeconds(10)),
        settings.duration(
            "helix.shutdown.grace", Duration.ofSeconds(20), Duration.ZERO, Duration.ofHours(1)));
  }
}
