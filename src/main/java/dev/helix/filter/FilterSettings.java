package dev.helix.filter;

import dev.helix.config.Settings;
import dev.helix.http.BodyBudget;
import dev.helix.session.CacheShare;
import dev.helix.session.OwnerScope;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The settings of {@link ConversationFilter}. Immutable.
 *
 * @param headers the headers that may name a conversation, the strongest first; at least one
 * @param fields the fields of a body that may name one where no header does, the strongest first:
 *     {@code NAME}, or {@code metadata.NAME}
 * @param methods the methods of the requests that are given a session, in capitals; empty for all
 * @param fallback what holds for a request that names none
 * @param ownerScope whose the conversations are that requests name
 * @param maxBytes the most bytes of one request's body that are taken into memory; at least 1
 * @param memoryBytes the most bytes that all request bodies in memory take together; at least
 *     {@code maxBytes}
 * @param senders how many threads wait at most for bodies that are still being sent; at least 1
 * @param bodyTimeout how long one body may take to come
 * @param refusals who answers a request of the Responses API that names what is not there
 * @param recordUnstored whether a response that is not to be kept has the session of the
 *     conversation that its request names by a header, a field or the base URL, also a new one
 */
public record FilterSettings(
    List<String> headers,
    List<String> fields,
    List<String> methods,
    Fallback fallback,
    OwnerScope ownerScope,
    long maxBytes,
    long memoryBytes,
    int senders,
    Duration bodyTimeout,
    Refusals refusals,
    boolean recordUnstored) {

  /** The key of {@link #headers}. */
  public static final String HEADERS = "helix.conversation.headers";

  /** The key of {@link #fields}. */
  public static final String FIELDS = "helix.conversation.fields";

  /** The key of {@link #methods}. */
  public static final String METHODS = "helix.conversation.methods";

  /** The key of {@link #fallback}. */
  public static final String FALLBACK = "helix.conversation.fallback";

  /** The key of {@link #ownerScope}. */
  public static final String OWNER_SCOPE = "helix.owner.scope";

  /** The key of {@link #maxBytes}. */
  public static final String MAX_BYTES = "helix.request.max.bytes";

  /** The key of {@link #memoryBytes}. */
  public static final String MEMORY_BYTES = "helix.request.memory.bytes";

  /** The key of {@link #senders}. */
  public static final String SENDERS = "helix.request.senders";

  /** The key of {@link #bodyTimeout}. */
  public static final String BODY_TIMEOUT = "helix.timeout.body";

  /** The key of {@link #refusals}. */
  public static final String REFUSALS = "helix.responses.refusals";

  /** The key of {@link #recordUnstored}. */
  public static final String RECORD_UNSTORED = "helix.responses.record-unstored";

  private static final long MIB = 1L << 20;
  private static final long LARGEST_BODY = 1L << 30;

  /** What holds for a request without a conversation id. */
  public enum Fallback {
    /** The session of its first user message. */
    FIRST_MESSAGE,
    /** No session. */
    NONE,
    /** A new session of its own, named in the response. */
    RANDOM
  }

  /** Who answers a request of the Responses API that names what is not there. */
  public enum Refusals {
    /** The filter. */
    ANSWER,
    /** Whoever is behind it, who finds a {@link RefusedSession} at the request. */
    ATTACH
  }

  public FilterSettings {
    headers = List.copyOf(headers);
    fields = List.copyOf(fields);
    methods = List.copyOf(methods);
    Objects.requireNonNull(fallback, "fallback");
    Objects.requireNonNull(ownerScope, "ownerScope");
    if (headers.isEmpty() || !headers.stream().allMatch(FilterSettings::isToken)) {
      throw new IllegalArgumentException("not header names: " + headers);
    }
    if (!fields.stream().allMatch(ConversationFields::isField)) {
      throw new IllegalArgumentException("not fields: " + fields);
    }
    Objects.requireNonNull(bodyTimeout, "bodyTimeout");
    Objects.requireNonNull(refusals, "refusals");
    if (maxBytes < 1 || maxBytes > LARGEST_BODY || memoryBytes < maxBytes || senders < 1) {
      throw new IllegalArgumentException("limits: " + maxBytes + " of " + memoryBytes);
    }
  }

  /** Settings with which the filter answers itself. */
  public FilterSettings(
      List<String> headers,
      List<String> fields,
      List<String> methods,
      Fallback fallback,
      OwnerScope ownerScope,
      long maxBytes,
      long memoryBytes,
      int senders,
      Duration bodyTimeout) {
    this(
        headers,
        fields,
        methods,
        fallback,
        ownerScope,
        maxBytes,
        memoryBytes,
        senders,
        bodyTimeout,
        Refusals.ANSWER,
        false);
  }

  /** Settings with the defaults of owners, senders and time. */
  public FilterSettings(
      List<String> headers,
      List<String> fields,
      Fallback fallback,
      long maxBytes,
      long memoryBytes) {
    this(
        headers,
        fields,
        List.of(),
        fallback,
        OwnerScope.USER,
        maxBytes,
        memoryBytes,
        BodyBudget.SENDERS,
        BodyBudget.PATIENCE);
  }

  /** The same with no fields. */
  public FilterSettings(List<String> headers, Fallback fallback, long maxBytes, long memoryBytes) {
    this(headers, List.of(), fallback, maxBytes, memoryBytes);
  }

  /** The defaults. */
  public static FilterSettings defaults() {
    return from(new Settings(List.of()));
  }

  /**
   * The settings that hold. Wrong ones are reported by {@link Settings#check()}, which must be
   * called before the result is used.
   */
  public static FilterSettings from(Settings settings) {
    List<String> headers =
        settings.list(HEADERS, List.of("X-Conversation-ID", "X-OpenWebUI-Chat-Id"));
    if (!headers.stream().allMatch(FilterSettings::isToken)) {
      settings.reject(HEADERS, "names of HTTP headers, separated by commas");
      headers = List.of("X-Conversation-ID");
    }
    List<String> fields = settings.list(FIELDS, List.of());
    if (!fields.stream().allMatch(ConversationFields::isField)) {
      settings.reject(
          FIELDS,
          "names of fields of a chat request or, behind 'metadata.', of its metadata, separated by"
              + " commas");
      fields = List.of();
    }
    List<String> methods = settings.list(METHODS, List.of());
    if (!methods.stream().allMatch(method -> method.matches("[A-Z]+"))) {
      settings.reject(METHODS, "methods of HTTP in capitals, separated by commas");
    }
    Fallback fallback = settings.choice(FALLBACK, Fallback.FIRST_MESSAGE);
    OwnerScope scope = settings.choice(OWNER_SCOPE, OwnerScope.USER);
    long third = Math.max(MIB, Runtime.getRuntime().maxMemory() / 3);
    long memory = settings.size(MEMORY_BYTES, Math.min(512 * MIB, third), 1, Long.MAX_VALUE);
    // What it costs is a tenant's share, so that others find room beside it.
    long largest = Math.max(1, Math.min(64 * MIB, memory / BodyBudget.WORK / 4 * 3));
    long max = settings.size(MAX_BYTES, largest, 1, LARGEST_BODY);
    if (max > memory) {
      settings.reject(MAX_BYTES, "at most " + MEMORY_BYTES + ", which is " + memory + " bytes");
      max = memory;
    }
    int senders = settings.integer(SENDERS, BodyBudget.SENDERS, 1, 100_000);
    Duration patience = settings.duration(BODY_TIMEOUT, BodyBudget.PATIENCE);
    Refusals refusals = settings.choice(REFUSALS, Refusals.ANSWER);
    return new FilterSettings(
        HeaderPresets.expand(headers),
        fields,
        methods,
        fallback,
        scope,
        max,
        memory,
        senders,
        patience,
        refusals,
        settings.flag(RECORD_UNSTORED, false));
  }

  /** Whether a request of this method is given a session. */
  boolean concerns(String method) {
    return methods.isEmpty() || methods.contains(method);
  }

  /** What the bodies that are taken into memory may take together, all of it free. */
  public BodyBudget bodyBudget() {
    return new BodyBudget(memoryBytes, senders, bodyTimeout);
  }

  /** The share of the heap for the sessions of a store, which {@code helix.cache.heap.share} is. */
  public static CacheShare cacheShare(Settings settings) {
    return new CacheShare(
        settings.integer(
            CacheShare.KEY, CacheShare.DEFAULT.percent(), CacheShare.LEAST, CacheShare.MOST));
  }

  /** Whether a text is a token of RFC 9110 section 5.6.2. */
  private static boolean isToken(String text) {
    return text.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  }
}
