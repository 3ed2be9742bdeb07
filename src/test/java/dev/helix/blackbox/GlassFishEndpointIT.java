package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import org.junit.jupiter.api.Tag;

@Tag("glassfish")
class GlassFishEndpointIT extends WarInAppServer {
  GlassFishEndpointIT() {
    super(AppServers.GLASSFISH);
  }
}
