package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import org.junit.jupiter.api.Tag;

@Tag("tomcat11")
class Tomcat11EndpointIT extends WarInAppServer {
  Tomcat11EndpointIT() {
    super(AppServers.TOMCAT_11);
  }
}
