package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.Call;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The WAR run by itself, seen from outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LauncherEndpointIT implements EndpointSuite {
  @RegisterExtension final Servers servers = new Servers("launcher", ServerUnderTest::launcher);

  @Override
  public Servers servers() {
    return servers;
  }

  @Test
  void replyThatBreaksOff_isNotTakenForAWholeOne() {
    Endpoint endpoint = usual();
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post("/v1/audio/speech", "{}");
      Call call = endpoint.upstream().next();
      call.raw("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 1000\r\n\r\nabc");
      RawResponse response = client.response();
      assertEquals(200, response.status());
      call.cut();
      response.rest();
      assertTrue(response.isCut());
    }
  }
}
