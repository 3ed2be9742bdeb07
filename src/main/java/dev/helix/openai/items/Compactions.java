package dev.helix.openai.items;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.session.Owner;
import dev.helix.session.OwnerSeals;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The items in which a caller takes a summary along: sealed, so that only what was made here for
 * this owner is read. Immutable.
 */
public final class Compactions {
  /** What such an item is called, and the field in which a stored message keeps its seal. */
  static final String TYPE = "compaction";

  static final String SEALED = "encrypted_content";

  private static final String TOLD = "Summary of the conversation before this:\n\n";

  /** Reads none. */
  public static final Compactions NONE = new Compactions(null, null, SealedThoughts.NONE);

  private final OwnerSeals seals;
  private final Owner owner;
  private final SealedThoughts thoughts;

  private Compactions(OwnerSeals seals, Owner owner, SealedThoughts thoughts) {
    this.seals = seals;
    this.owner = owner;
    this.thoughts = thoughts;
  }

  /** Those of an owner. */
  public Compactions(OwnerSeals seals, Owner owner) {
    this(seals, owner, new SealedThoughts(seals, owner));
  }

  /** What a model thought and its owner takes along as well. */
  public SealedThoughts thoughts() {
    return thoughts;
  }

  /** The item of a summary. */
  public Map<String, Object> item(String summary) {
    String id = "cmp_" + UUID.randomUUID().toString().replace("-", "");
    return item(id, seals.seal(owner, summary));
  }

  /** An item with what is sealed in it. */
  public static Map<String, Object> item(String id, String sealed) {
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("id", id);
    item.put("type", TYPE);
    item.put(SEALED, sealed);
    return item;
  }

  /**
   * The user's message that tells a backend the summary, and keeps the seal.
   *
   * @throws InvalidRequestException if it is none of this owner's
   */
  InputItem read(JsonFields item) throws InvalidRequestException {
    JsonSlice sealed = item.needString(SEALED);
    String summary = seals == null ? null : seals.open(owner, sealed.text()).orElse(null);
    if (summary == null) {
      throw unverified(item);
    }
    JsonRope kept = new JsonRope().quote(TYPE).ascii(":").add(sealed);
    return InputItem.message(item.text("id"), "user", JsonRope.quoted(TOLD + summary), kept);
  }

  private static InvalidRequestException unverified(JsonFields item)
      throws InvalidRequestException {
    String id = item.text("id");
    return new InvalidRequestException(
        "invalid_encrypted_content",
        item.place(SEALED),
        "The encrypted content "
            + (id == null ? "" : "for item " + CallCheck.shown(id) + " ")
            + "could not be verified. Reason: Encrypted content could not be decrypted or parsed.");
  }
}
