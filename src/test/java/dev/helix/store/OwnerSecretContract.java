package dev.helix.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Appended;
import dev.helix.transcript.LogVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store must do with the owners' secret when it is copied. */
interface OwnerSecretContract extends StoreUnderTest {
  private static byte[] secret(int fill) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) fill);
    return secret;
  }

  @Test
  default void lookingForTheOwnerSecret_makesNone() {
    try (SessionStore store = open()) {
      assertEquals(Optional.empty(), store.findOwnerSecret());
      assertEquals(Optional.empty(), store.findOwnerSecret());
      byte[] made = store.ownerSecret();
      assertArrayEquals(made, store.findOwnerSecret().orElseThrow());
      store.findOwnerSecret().orElseThrow()[0]++;
      assertArrayEquals(made, store.findOwnerSecret().orElseThrow());
    }
  }

  @Test
  default void adoptedOwnerSecret_isTheSecretEverAfter() {
    byte[] adopted = secret(200);
    try (SessionStore store = open()) {
      assertTrue(store.adoptOwnerSecret(adopted));
      adopted[0]++;
      assertArrayEquals(secret(200), store.ownerSecret());
      assertTrue(store.adoptOwnerSecret(secret(200)));
      assertEquals(List.of(), store.list(10));
    }
    try (SessionStore store = open()) {
      assertArrayEquals(secret(200), store.findOwnerSecret().orElseThrow());
      assertArrayEquals(secret(200), store.ownerSecret());
    }
  }

  @Test
  default void anotherOwnerSecret_isNeverReplaced() {
    try (SessionStore store = open()) {
      byte[] made = store.ownerSecret();
      assertFalse(store.adoptOwnerSecret(secret(1)));
      assertTrue(store.adoptOwnerSecret(made));
      assertArrayEquals(made, store.ownerSecret());
    }
  }

  @Test
  default void noSecretIsMade_whereASessionHasAnOwner() {
    Owner owner = new Owner("x", null);
    SessionState owned =
        SessionStoreContract.state("conv-a-0123456789abcdef", "a").withOwner(owner);
    try (SessionStore store = open()) {
      Appended unused = store.append(owned, LogVersion.NONE, List.of(), null);
      assertThrows(SessionException.class, store::ownerSecret);
      assertEquals(Optional.empty(), store.findOwnerSecret());
      assertTrue(store.adoptOwnerSecret(secret(7)), "who brings it back");
      assertArrayEquals(secret(7), store.ownerSecret());
    }
  }

  @Test
  default void secretIsMade_whereOwnersHaveAdoptedSessionsOnly() {
    SessionState adopted =
        SessionStoreContract.state("conv-a", "a").withOwner(new Owner("x", null));
    try (SessionStore store = open()) {
      Appended unused = store.append(adopted, LogVersion.NONE, List.of(), null);
      assertEquals(32, store.ownerSecret().length);
    }
  }

  @Test
  default void whatIsNoSecret_isNotAdopted() {
    try (SessionStore store = open()) {
      for (int length : new int[] {0, 31, 33}) {
        assertThrows(
            IllegalArgumentException.class, () -> store.adoptOwnerSecret(new byte[length]));
      }
      assertEquals(Optional.empty(), store.findOwnerSecret());
    }
  }

  @Test
  default void racingAdoptions_haveOneWinner() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (SessionStore store = open()) {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<Boolean>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        byte[] own = secret(t);
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  return store.adoptOwnerSecret(own);
                }));
      }
      List<String> adopted = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        if (running.get(t).get()) {
          adopted.add(HexFormat.of().formatHex(secret(t)));
        }
      }
      assertEquals(List.of(HexFormat.of().formatHex(store.ownerSecret())), adopted);
    } finally {
      executor.shutdownNow();
    }
  }
}
