package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import org.junit.jupiter.api.Tag;

@Tag("jetty-ee11")
class JettyEe11EndpointIT extends WarInAppServer {
  JettyEe11EndpointIT() {
    super(AppServers.JETTY_EE11);
  }
}
