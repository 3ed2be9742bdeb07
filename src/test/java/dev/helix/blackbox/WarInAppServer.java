package dev.helix.blackbox;

import dev.helix.appserver.AppServer;
import dev.helix.servers.SharedServers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The WAR in a real app server of one kind, seen from outside. */
@Tag("appserver")
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WarInAppServer implements EndpointSuite, DeploymentCases {
  @RegisterExtension final Servers servers;
  @RegisterExtension final CheckReport report;
  private final AppServer kind;

  WarInAppServer(AppServer kind) {
    this.kind = kind;
    this.servers = new Servers(kind.id(), () -> ServerUnderTest.in(kind));
    this.report = new CheckReport(kind);
  }

  @Override
  public Servers servers() {
    return servers;
  }

  @Override
  public AppServer kind() {
    return kind;
  }

  @Override
  public boolean hasErrorPage(String path) {
    return !(kind.refusesHiddenFoldersItself() && path.matches("/(WEB|META)-INF/.*"));
  }

  @Override
  public boolean isError(String line) {
    return EndpointSuite.super.isError(line) && kind.complaint().matcher(line).find();
  }

  @Override
  public boolean passesHeaderBytes() {
    return kind.passesHeaderBytes();
  }

  @Override
  public boolean joinsSlashes() {
    return kind.joinsSlashes();
  }

  @Override
  public boolean takesEncodedSlashes() {
    return false;
  }

  @Override
  public boolean cutsConnections() {
    return kind.cutsConnections();
  }

  @Override
  public boolean finishesRequestsAtStop() {
    return kind.finishesRequestsAtStop();
  }
}
