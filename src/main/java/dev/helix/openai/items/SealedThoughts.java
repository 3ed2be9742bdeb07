package dev.helix.openai.items;

import dev.helix.http.InvalidRequestException;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.session.Owner;
import dev.helix.session.OwnerSeals;
import dev.helix.text.Json;
import java.util.List;
import java.util.Map;

/**
 * What a model thought, sealed in an item {@code reasoning}, so that its owner brings it back from
 * wherever it was kept, and nobody else's is read. The same thoughts are always sealed alike.
 * Immutable.
 */
public final class SealedThoughts {
  /** Longer thoughts are told, and not sealed: so many characters. */
  public static final int LONGEST = 1 << 20;

  /** Seals nothing, and opens nothing. */
  public static final SealedThoughts NONE = new SealedThoughts();

  private static final String SEALED = "encrypted_content";

  private final OwnerSeals seals;
  private final Owner owner;

  private SealedThoughts() {
    this.seals = null;
    this.owner = null;
  }

  /** Those of an owner. */
  public SealedThoughts(OwnerSeals seals, Owner owner) {
    this.seals = seals.of("reasoning");
    this.owner = owner;
  }

  /** These where they are asked for, ready to seal without waiting for the store; else none. */
  public SealedThoughts where(boolean asked) {
    if (!asked || seals == null) {
      return NONE;
    }
    seals.prepare();
    return this;
  }

  public boolean isNone() {
    return seals == null;
  }

  /** Seals what items say that was thought, each in its own. */
  public void addTo(List<?> items) {
    for (Object item : items) {
      @SuppressWarnings("unchecked") // As items are made.
      Map<String, Object> fields = (Map<String, Object>) item;
      Map<String, Object> unused = added(fields);
    }
  }

  /** An item, with what it says that was thought sealed in it. */
  public Map<String, Object> added(Map<String, Object> item) {
    if (seals != null && "reasoning".equals(item.get("type")) && item.get(SEALED) == null) {
      String thoughts = thoughts(item.get("content"));
      String all = thoughts.isEmpty() ? thoughts(item.get("summary")) : thoughts;
      if (!all.isEmpty() && all.length() <= LONGEST) {
        item.put(SEALED, seals.sealAlike(owner, all));
      }
    }
    return item;
  }

  private static String thoughts(Object parts) {
    StringBuilder all = new StringBuilder();
    for (Object part : parts instanceof List<?> list ? list : List.of()) {
      if (part instanceof Map<?, ?> map && map.get("text") instanceof CharSequence text) {
        all.append(all.isEmpty() ? "" : "\n").append(text);
      }
    }
    return all.toString();
  }

  /**
   * What is sealed in an item, as a string without its quotes; null where nothing is, or what was
   * not sealed here for this owner, as in a history that began elsewhere.
   *
   * @throws InvalidRequestException if what should be sealed is no string
   */
  JsonRope open(JsonFields item) throws InvalidRequestException {
    JsonSlice sealed = item.string(SEALED);
    if (sealed == null || sealed.length() == 2 || seals == null) {
      return null;
    }
    String thoughts = seals.open(owner, sealed.text()).orElse(null);
    String json = thoughts == null ? null : Json.quote(thoughts);
    return json == null
        ? null
        : new JsonRope().add(Json.utf8(json.substring(1, json.length() - 1)));
  }
}
