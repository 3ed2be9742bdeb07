package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import org.junit.jupiter.api.Tag;

@Tag("wildfly")
class WildFlyEndpointIT extends WarInAppServer {
  WildFlyEndpointIT() {
    super(AppServers.WILDFLY);
  }
}
