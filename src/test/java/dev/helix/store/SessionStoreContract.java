package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.Step;
import java.time.Instant;
import java.util.List;

/** What every session store must do; implemented by one test class for each. */
public interface SessionStoreContract
    extends StoredLogContract,
        StoredStateContract,
        HostileContentContract,
        RacingTurnsContract,
        CheckpointContract,
        ErasureContract,
        ErasedTurnsContract,
        ListingContract,
        OwnerListContract,
        LeaseContract,
        OwnerSecretContract,
        WholeSessionContract,
        LongRequestContract,
        ResponseContract,
        ResponseValuesContract,
        UnmadeSessionContract,
        AdditionContract,
        AliasContract {
  Instant NOW = Instant.parse("2026-01-05T12:34:56.123456Z");

  static SessionState state(String id, String conversationId) {
    return new SessionState(
        new SessionId(id),
        SessionStatus.DISCUSSING,
        Step.WHAT,
        NOW,
        NOW,
        "first",
        null,
        conversationId,
        Owner.ANONYMOUS);
  }

  static Message element(String id, String text) {
    return Message.parse(
        ("{\"id\":\""
                + id
                + "\",\"parent_id\":null,\"role\":\"user\",\"content\":\""
                + text
                + "\"}")
            .getBytes(UTF_8));
  }

  static List<String> ids(Reading reading) {
    return reading.elements().stream().map(Message::id).toList();
  }
}
