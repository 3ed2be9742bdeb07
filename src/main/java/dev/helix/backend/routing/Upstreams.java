package dev.helix.backend.routing;

import dev.helix.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * The upstreams that are set: none, one without a name, or one and more with names. Immutable.
 *
 * @param all in the order in which they are asked who has a model
 * @param ordered whether that order is set: then nobody is asked for what one before may have
 * @param forwarded the caller's headers that go to any of them, or to another backend
 */
public record Upstreams(List<Upstream> all, boolean ordered, List<String> forwarded) {
  public Upstreams {
    all = List.copyOf(all);
    forwarded = List.copyOf(forwarded);
  }

  /**
   * Reads the keys; what is wrong with them is for {@link Settings#check()} to say.
   *
   * @param modelsTimeout how long the list of models may take
   */
  public static Upstreams read(Settings settings, Duration modelsTimeout) {
    Duration connect = settings.duration("helix.timeout.connect", Duration.ofSeconds(10));
    return new UpstreamsReader(settings, connect, modelsTimeout).read();
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** Whether they have names: then a model's name says which of them is asked. */
  public boolean areNamed() {
    return !all.isEmpty() && all.get(0).settings().name() != null;
  }
}
