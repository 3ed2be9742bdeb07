package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import org.junit.jupiter.api.Tag;

@Tag("payara")
class PayaraEndpointIT extends WarInAppServer {
  PayaraEndpointIT() {
    super(AppServers.PAYARA);
  }
}
