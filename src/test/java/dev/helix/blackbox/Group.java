package dev.helix.blackbox;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The settings that the suite's servers run with; each group is one process. */
enum Group {
  /** Comments come soon, timeouts late; most cases run here. */
  USUAL,

  /** Timeouts come soon, comments late, models are asked for again at once. */
  IMPATIENT,

  /** Callers need keys, and tokens that name their users. Pages of another origin may call. */
  OWNERS,

  /** Two upstreams with names, which are one server at two paths. */
  SEVERAL,

  /** No upstream: the server answers itself. */
  DEMO;

  /**
   * What the server is given.
   *
   * @param sessions its sessions folder, beside which there is room for other files
   */
  Map<String, String> settings(String upstreamUrl, Path sessions) {
    Map<String, String> all = new HashMap<>(own());
    if (this == OWNERS) {
      all.put("helix.api.keys.file", OwnerCases.keysFile(sessions.getParent()).toString());
    }
    if (this == SEVERAL) {
      all.put("helix.upstream.cloud.url", upstreamUrl);
      all.put("helix.upstream.cloud.key", "sk-cloud");
      all.put("helix.upstream.my-gpu.url", upstreamUrl.replace("/v1", "/my-gpu/v1"));
      all.put("helix.upstream.my-gpu.key", "sk-gpu");
    } else if (this != DEMO) {
      all.put("helix.upstream.url", upstreamUrl);
      all.put("helix.upstream.key", Endpoint.OWN_KEY);
      all.put("helix.upstream.headers", "X-Trace");
    }
    return all;
  }

  private Map<String, String> own() {
    return switch (this) {
      case USUAL ->
          Map.ofEntries(
              Map.entry("helix.sse.comment-interval", "500ms"),
              // Cases read chunk by chunk, and a slow machine would put others between.
              Map.entry("helix.sse.keepalive", "comment"),
              Map.entry("helix.sse.commit-after", "700ms"),
              Map.entry("helix.timeout.first-byte", "30s"),
              Map.entry("helix.timeout.idle", "30s"),
              Map.entry("helix.timeout.done", "1s"),
              // Longer than a slow machine leaves a reader alone.
              Map.entry("helix.timeout.stalled-reader", "5s"),
              Map.entry("helix.request.max.bytes", "1MiB"),
              Map.entry("helix.request.memory.bytes", "4MiB"),
              Map.entry("helix.reply.max.bytes", "" + UpstreamForms.REPLY),
              Map.entry("helix.reply.data-url.max.bytes", "" + UpstreamForms.DATA_URL),
              Map.entry("helix.models.cache", "10m"),
              Map.entry("helix.shutdown.grace", "2s"));
      case IMPATIENT ->
          Map.of(
              "helix.sse.comment-interval", "8s",
              "helix.sse.commit-after", "10s",
              "helix.timeout.first-byte", "1500ms",
              "helix.timeout.idle", "1500ms",
              "helix.history.wait", "500ms",
              "helix.models.cache", "100ms");
      case OWNERS ->
          Map.of(
              "helix.openwebui.jwt.secret", OwnerCases.SECRET,
              // Some servers have a limit of their own, above this one.
              "helix.request.max.bytes", "1MiB",
              "helix.cors.origins", CrossOriginCases.ORIGIN);
      case SEVERAL, DEMO -> Map.of();
    };
  }
}
