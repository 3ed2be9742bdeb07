package dev.helix.blackbox;

import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The WAR run by itself, seen from outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LauncherEndpointIT implements EndpointSuite {
  @RegisterExtension final Servers servers = new Servers("launcher", ServerUnderTest::launcher);

  @Override
  public Servers servers() {
    return servers;
  }
}
