package dev.helix.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A store's address is shown without what is secret in it. */
class StoreAddressTest {
  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://db:5432/helix, jdbc:postgresql://db:5432/helix",
    "jdbc:postgresql://db/helix?user=u&sslkey=x, jdbc:postgresql://db/helix",
    "jdbc:h2:file:/tmp/x;CIPHER=AES, jdbc:h2:file:/tmp/x",
    "redis://cache:6379/1, redis://cache:6379/1",
    "rediss://cache, rediss://cache",
    "'redis+cluster://a:1,b:2', 'redis+cluster://a:1,b:2'",
    "redis://cache, redis://cache"
  })
  void address_isShownWithoutParameters(String address, String shown) {
    assertEquals(shown, parse(address).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://db/helix?user=u&password=geheim",
        "jdbc:mariadb://u:geheim@db/helix",
        "jdbc:h2:file:/tmp/x;PASSWORD=geheim",
        "redis://:geheim@cache:6379/1",
        "rediss://u:geheim@cache",
        "redis+cluster://:geheim@a:1",
        "redis://:geheim/x@cache",
        "redis://:geheim?x@cache",
        "redis://:geheim#x@cache",
        "redis://:ge@geheim@cache",
        "jdbc:oracle:thin:u/geheim@db",
        "jdbc:mysql://address=(host=db)(password=geheim)/helix",
        "jdbc:postgresql://db/helix?password=geheim@x",
        "jdbc:postgresql://u:geheim@db?user=@x"
      })
  void passwordInAnAddress_isRefused_andNotShown(String address) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> parse(address));
    assertFalse(refused.getMessage().contains("geheim"), refused.getMessage());
    assertTrue(refused.getMessage().contains("--from-password-file"), refused.getMessage());
  }

  @Test
  void userAndPassword_areForTheirStoreAlone() {
    StoreAddress known = StoreAddress.parse("jdbc:postgresql://db/helix", "ann", "geheim");
    assertEquals("ann", known.settings().apply("helix.jdbc.user"));
    assertEquals("geheim", known.settings().apply("helix.jdbc.password"));
    assertFalse(known.toString().contains("geheim"), known.toString());
    StoreAddress redis = StoreAddress.parse("rediss://cache", null, "geheim");
    assertEquals("geheim", redis.settings().apply("helix.redis.password"));
    assertThrows(IllegalArgumentException.class, () -> StoreAddress.parse("files:/x", "ann", null));
  }

  private static StoreAddress parse(String address) {
    return StoreAddress.parse(address, null, null);
  }

  @Test
  void driverThatRepeatsTheAddress_isToldWithoutItsParameters() {
    String address = "jdbc:postgresql://db/helix?user=u";
    StoreAddress parsed = parse(address);
    assertEquals("cannot reach " + parsed, parsed.withoutParametersOf("cannot reach " + address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "files:", "jdbc:", "redis:", "/geheim", "http://geheim", "geheim:x"})
  void whatIsNoAddress_isRefused_andNotShown(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> parse(text));
    assertFalse(refused.getMessage().contains("geheim"), refused.getMessage());
  }

  @Test
  void twoWaysToWriteAFolder_areOneStore() {
    assertTrue(parse("files:/x/a").isSameAs(parse("files:/x/b/../a")));
    assertFalse(parse("files:/x/a").isSameAs(parse("files:/x/b")));
    assertFalse(parse("jdbc:h2:mem:a;X=1").isSameAs(parse("jdbc:h2:mem:a;X=2")));
  }
}
