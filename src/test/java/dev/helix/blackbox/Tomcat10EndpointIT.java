package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import org.junit.jupiter.api.Tag;

@Tag("tomcat10")
class Tomcat10EndpointIT extends WarInAppServer {
  Tomcat10EndpointIT() {
    super(AppServers.TOMCAT_10);
  }
}
