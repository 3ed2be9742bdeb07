package dev.helix.blackbox;

import dev.helix.appserver.AppServers;
import dev.helix.reliability.CountedTests;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("tomcat10")
@ExtendWith(CountedTests.class)
class Tomcat10EndpointIT extends WarInAppServer {
  Tomcat10EndpointIT() {
    super(AppServers.TOMCAT_10);
  }
}
