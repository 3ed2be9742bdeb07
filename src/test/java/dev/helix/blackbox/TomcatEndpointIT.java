package dev.helix.blackbox;

import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The WAR in a real Tomcat, seen from outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TomcatEndpointIT implements EndpointSuite {
  @RegisterExtension final Servers servers = new Servers("tomcat", ServerUnderTest::tomcat);

  @Override
  public Servers servers() {
    return servers;
  }
}
