package dev.helix.store.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
  private static RedisAddress parse(String url) {
    return RedisAddress.parse(url, null, null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://ann:secret@host",
        "redis://:secret@host:1/2",
        "rediss://ann:secret@host",
        "rediss://secret@host",
        "redis+cluster://:secret@one,two",
        "rediss+cluster://:secret@one,two",
        "redis://:secret/more@host",
        "redis://:sec@secret@host",
        "redis://:secret?x@host",
        "REDISS://:secret@host",
        "redis://:secret@"
      })
  void userOrPasswordInAUrl_isRefused_withTheSettingThatIsForIt(String url) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> parse(url));
    assertTrue(refusal.getMessage().contains("helix.redis.password"), refusal.getMessage());
    assertFalse(refusal.getMessage().contains("secret"), refusal.getMessage());
  }

  private static InetSocketAddress host(String name, int port) {
    return InetSocketAddress.createUnresolved(name, port);
  }

  @Test
  void plainUrl_isAHostWithTheUsualPort() {
    assertEquals(
        new RedisAddress(List.of(host("db.example", 6379)), false, false, null, null, 0),
        parse("redis://db.example"));
  }

  @Test
  void everythingInAUrl_isRead_andOnlyThePlaceIsShown() {
    RedisAddress address = RedisAddress.parse("rediss://db.example:7000/3", "ann", "p@s:s+/");
    assertEquals(
        new RedisAddress(List.of(host("db.example", 7000)), false, true, "ann", "p@s:s+/", 3),
        address);
    assertEquals("rediss://db.example:7000/3", address.toString());
  }

  @Test
  void passwordAlone_isTheDefaultUsers() {
    RedisAddress address = RedisAddress.parse("redis://[::1]:7000", null, "secret");
    assertEquals(List.of(host("::1", 7000)), address.hosts());
    assertEquals(null, address.user());
    assertEquals("secret", address.password());
    assertEquals("redis://[::1]:7000/0", address.toString());
  }

  @Test
  void severalHosts_areACluster_andSoIsOneThatIsCalledSo() {
    RedisAddress several = parse("redis://one:1,two,three:3/");
    assertEquals(true, several.cluster());
    assertEquals("redis+cluster://one:1,two:6379,three:3", several.toString());
    assertEquals(true, parse("rediss+cluster://one").cluster());
    assertEquals(true, parse("rediss+cluster://one").tls());
  }

  @Test
  void whatIsNoAddress_isRefused_withoutTellingTheSecretInIt() {
    for (String wrong :
        List.of(
            "secret",
            "http://secret@host",
            "redis://",
            "redis://secret:port",
            "redis://secret:65536",
            "redis://secret/name",
            "redis://host/0?secret=1",
            "redis://secret,,two",
            "redis+cluster://secret/1",
            "redis://secr et")) {
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> parse(wrong), wrong);
      assertFalse(refusal.getMessage().contains("secret"), refusal.getMessage());
      assertFalse(String.valueOf(refusal.getCause()).contains("secret"), wrong);
    }
  }
}
