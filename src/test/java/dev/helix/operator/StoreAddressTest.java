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
    "jdbc:postgresql://db/helix?user=u&password=geheim, jdbc:postgresql://db/helix",
    "jdbc:mariadb://u:geheim@db/helix, jdbc:mariadb://db/helix",
    "jdbc:h2:file:/tmp/x;PASSWORD=geheim, jdbc:h2:file:/tmp/x",
    "redis://:geheim@cache:6379/1, redis://cache:6379/1",
    "rediss://u:geheim@cache, rediss://cache",
    "redis+cluster://:geheim@a:1, redis+cluster://a:1",
    "redis://cache, redis://cache"
  })
  void address_isShownWithoutUserAndParameters(String address, String shown) {
    assertEquals(shown, StoreAddress.parse(address).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:geheim/x@cache",
        "redis://:geheim?x@cache",
        "redis://:geheim#x@cache",
        "redis://:ge@geheim@cache",
        "jdbc:oracle:thin:u/geheim@db",
        "jdbc:mysql://address=(host=db)(password=geheim)/helix",
        "jdbc:postgresql://db/helix?password=geheim@x",
        "jdbc:postgresql://u:geheim@db?user=@x"
      })
  void addressInAnUnusualForm_showsOnlyHowItBegins(String address) {
    StoreAddress parsed = StoreAddress.parse(address);
    assertFalse(parsed.toString().contains("geheim"), parsed.toString());
    assertTrue(parsed.toString().matches("(jdbc:[a-z]+:|redis:)\\.\\.\\."), parsed.toString());
    assertEquals("cannot reach " + parsed, parsed.withoutSecretsOf("cannot reach " + address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "files:", "jdbc:", "redis:", "/geheim", "http://geheim", "geheim:x"})
  void whatIsNoAddress_isRefused_andNotShown(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> StoreAddress.parse(text));
    assertFalse(refused.getMessage().contains("geheim"), refused.getMessage());
  }

  @Test
  void twoWaysToWriteAFolder_areOneStore() {
    assertTrue(StoreAddress.parse("files:/x/a").isSameAs(StoreAddress.parse("files:/x/b/../a")));
    assertFalse(StoreAddress.parse("files:/x/a").isSameAs(StoreAddress.parse("files:/x/b")));
    assertFalse(
        StoreAddress.parse("jdbc:h2:mem:a;X=1").isSameAs(StoreAddress.parse("jdbc:h2:mem:a;X=2")));
  }
}
