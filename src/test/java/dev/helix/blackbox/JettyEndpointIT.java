package dev.helix.blackbox;

import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The WAR in a real Jetty, seen from outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JettyEndpointIT implements EndpointSuite {
  @RegisterExtension final Servers servers = new Servers("jetty", ServerUnderTest::jetty);

  @Override
  public Servers servers() {
    return servers;
  }
}
