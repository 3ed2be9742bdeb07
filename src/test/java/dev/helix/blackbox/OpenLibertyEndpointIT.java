package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import org.junit.jupiter.api.Tag;

@Tag("openliberty")
class OpenLibertyEndpointIT extends WarInAppServer {
  OpenLibertyEndpointIT() {
    super(AppServers.OPEN_LIBERTY);
  }
}
