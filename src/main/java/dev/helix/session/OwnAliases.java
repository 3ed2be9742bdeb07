package dev.helix.session;

import dev.helix.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds an owner's conversation by a hash of its id alone: where the id is long, each session in
 * which a response was made has an {@linkplain SessionAliases alias} that is made of the hash and
 * the owner. Thread-safe; every method may wait for the store. Source: ADR 83.
 */
public final class OwnAliases {
  private static final int DIGITS = 32;
  private static final int SHORT_BYTES = 26;
  private static final Pattern SHORT = Pattern.compile("[A-Za-z0-9_-]{1,36}|conv_[0-9a-f]{32}");

  private final SessionStore store;
  private final OwnerNames names;

  OwnAliases(SessionStore store) {
    this.store = store;
    this.names = new OwnerNames(store);
  }

  /** What stands for a conversation's id: 32 hex digits, the beginning of its SHA-256. */
  public static String digits(String conversationId) {
    return hex(conversationId);
  }

  /** Whether a conversation's id is too long to stand in other ids itself. */
  public static boolean isLong(String conversationId) {
    return !SHORT.matcher(conversationId).matches()
        && conversationId.getBytes(StandardCharsets.UTF_8).length > SHORT_BYTES;
  }

  private static String hex(String text) {
    byte[] hash = Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash).substring(0, DIGITS);
  }

  private String alias(Owner owner, String digits) {
    return hex(names.of(owner, List.of(new SessionId(digits))).get(0).value());
  }

  /**
   * The stored session of a conversation that is this asker's. Without one the answer, and what the
   * store is asked, is the same whether there is none or it is another's.
   */
  public Optional<SessionState> find(Owner asker, String digits) {
    Set<Owner> owners = new LinkedHashSet<>();
    owners.add(asker);
    owners.add(asker.forConversation("channel:"));
    for (Owner owner : owners) {
      Optional<SessionState> state =
          store
              .aliases()
              .find(alias(owner, digits))
              .flatMap(store::find)
              .filter(found -> isOf(found, asker, digits));
      if (state.isPresent()) {
        return state;
      }
    }
    return Optional.empty();
  }

  private static boolean isOf(SessionState state, Owner asker, String digits) {
    String conversation = state.conversationId();
    return !state.isUnreadable()
        && conversation != null
        && digits.equals(digits(conversation))
        && state.owner().equals(asker.forConversation(conversation));
  }

  /** Keeps the alias of a session that is stored, where its conversation's id is long. */
  void keep(SessionState state) {
    if (needsOne(state)) {
      String alias = alias(state.owner(), digits(state.conversationId()));
      if (!store.aliases().find(alias).equals(Optional.of(state.sessionId()))) {
        store.aliases().save(alias, state.sessionId());
      }
    }
  }

  /**
   * Forgets the alias of a session that is about to be removed: not after that, when another server
   * may have made it anew and kept its alias.
   */
  void drop(SessionState state) {
    if (needsOne(state)) {
      store.aliases().drop(alias(state.owner(), digits(state.conversationId())), state.sessionId());
    }
  }

  private static boolean needsOne(SessionState state) {
    return !state.isUnreadable()
        && state.conversationId() != null
        && isLong(state.conversationId());
  }
}
