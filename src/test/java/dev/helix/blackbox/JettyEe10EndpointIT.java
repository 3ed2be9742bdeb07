package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import org.junit.jupiter.api.Tag;

@Tag("jetty-ee10")
class JettyEe10EndpointIT extends WarInAppServer {
  JettyEe10EndpointIT() {
    super(AppServers.JETTY_EE10);
  }
}
