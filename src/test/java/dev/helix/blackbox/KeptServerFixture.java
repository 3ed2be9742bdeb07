package dev.helix.blackbox;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;

/** What the cases of kept responses stand on: a server that runs for all of them. */
interface KeptServerFixture {
  /** Always the same; null where there is no store to be had. */
  KeptServer server();

  @BeforeEach
  default void forget() {
    server().upstream().forget();
  }

  @AfterAll
  default void end() throws Exception {
    if (server() != null) {
      server().close();
    }
  }
}
