package dev.helix.store.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisAddressTest {
  private static InetSocketAddress host(String name, int port) {
    return InetSocketAddress.createUnresolved(name, port);
  }

  @Test
  void plainUrl_isAHostWithTheUsualPort() {
    assertEquals(
        new RedisAddress(List.of(host("db.example", 6379)), false, false, null, null, 0),
        RedisAddress.parse("redis://db.example"));
  }

  @Test
  void everythingInAUrl_isRead_andOnlyThePlaceIsShown() {
    RedisAddress address = RedisAddress.parse("rediss://ann:p%40s:s+%2F@db.example:7000/3");
    assertEquals(
        new RedisAddress(List.of(host("db.example", 7000)), false, true, "ann", "p@s:s+/", 3),
        address);
    assertEquals("rediss://db.example:7000/3", address.toString());
  }

  @Test
  void passwordAlone_isTheDefaultUsers() {
    RedisAddress address = RedisAddress.parse("redis://:secret@[::1]:7000");
    assertEquals(List.of(host("::1", 7000)), address.hosts());
    assertEquals(null, address.user());
    assertEquals("secret", address.password());
    assertEquals("redis://[::1]:7000/0", address.toString());
  }

  @Test
  void severalHosts_areACluster_andSoIsOneThatIsCalledSo() {
    RedisAddress several = RedisAddress.parse("redis://:secret@one:1,two,three:3/");
    assertEquals(true, several.cluster());
    assertEquals("redis+cluster://one:1,two:6379,three:3", several.toString());
    assertEquals(true, RedisAddress.parse("rediss+cluster://one").cluster());
    assertEquals(true, RedisAddress.parse("rediss+cluster://one").tls());
  }

  @Test
  void whatIsNoAddress_isRefused_withoutTellingTheSecretInIt() {
    for (String wrong :
        List.of(
            "secret",
            "http://secret@host",
            "redis://",
            "redis://:secret@",
            "redis://:secret@host:port",
            "redis://:secret@host:65536",
            "redis://:secret/more@host",
            "redis://:sec%zzret@host",
            "redis://:secret@host/name",
            "redis://:secret@host/0?secret=1",
            "redis://:secret@one,,two",
            "redis+cluster://:secret@one/1",
            "redis://:secret@ho st")) {
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> RedisAddress.parse(wrong), wrong);
      assertFalse(refusal.getMessage().contains("secret"), refusal.getMessage());
      assertFalse(String.valueOf(refusal.getCause()).contains("secret"), wrong);
    }
  }
}
