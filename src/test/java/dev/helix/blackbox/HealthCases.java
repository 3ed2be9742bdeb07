package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What balancers and supervisors ask. */
@Check("health")
interface HealthCases extends Fixture {
  @Test
  default void health_isLiveAndReady_alsoWithoutAKey_andMakesNoSession() {
    for (Group group : new Group[] {Group.USUAL, Group.OWNERS}) {
      Endpoint endpoint = servers().endpoint(group);
      Set<String> before = endpoint.sessionFolders();
      RawResponse live = RawClient.get(endpoint.url(), "/health/live");
      assertEquals(200, live.status(), live::text);
      assertEquals("live", live.json().path("status").asText());
      RawResponse ready = RawClient.get(endpoint.url(), "/health/ready");
      assertEquals(200, ready.status(), ready::text);
      assertEquals("ready", ready.json().path("status").asText());
      assertEquals("no-store", ready.header("Cache-Control"));
      assertEquals(before, endpoint.sessionFolders());
    }
  }

  @Test
  default void healthOfAnythingElse_isAnErrorInJson() {
    Endpoint endpoint = servers().endpoint(Group.USUAL);
    Errors.check(404, RawClient.get(endpoint.url(), "/health"));
    Errors.check(404, RawClient.get(endpoint.url(), "/health/ready/now"));
    Errors.check(
        405, RawClient.exchange(endpoint.url(), "POST", "/health/ready", new byte[] {'{', '}'}));
  }
}
