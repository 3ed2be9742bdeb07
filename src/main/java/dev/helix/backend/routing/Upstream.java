package dev.helix.backend.routing;

import dev.helix.backend.upstream.UpstreamSettings;
import java.util.List;
import java.util.Objects;

/**
 * One upstream, as the settings have it. Immutable.
 *
 * @param settings where it is, and its name
 * @param models the models that it is asked for; empty where its own list says which
 * @param headers the caller's headers that go to it
 */
public record Upstream(UpstreamSettings settings, List<String> models, List<String> headers) {
  public Upstream {
    Objects.requireNonNull(settings, "settings");
    models = List.copyOf(models);
    headers = List.copyOf(headers);
  }
}
