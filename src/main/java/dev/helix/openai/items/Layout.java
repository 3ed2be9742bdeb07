package dev.helix.openai.items;

import dev.helix.turn.reply.AnswerTexts;
import dev.helix.turn.reply.AnswerTexts.Fields;
import dev.helix.turn.reply.AnswerTexts.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How the items of a response's output are cut out of a chat message, which has all texts of a kind
 * in one. Immutable.
 */
public record Layout(List<Cut> cuts) {
  /** What an item is made of. */
  public enum Source {
    REASONING,
    TEXT,
    REFUSAL,
    CALL;

    private final String field = name().toLowerCase(Locale.ROOT);
  }

  /**
   * One item.
   *
   * @param size how many characters of the text it has, behind those of the items before it; of a
   *     call where it is among the message's
   */
  public record Cut(Source source, int size) {}

  public Layout {
    cuts = List.copyOf(cuts);
  }

  /**
   * The usual one: what was thought, what was said or refused, all calls. A text in which nothing
   * can be seen makes an item only where there is no other.
   *
   * @param complete whether there is a message in any case, where there is nothing else
   */
  public static Layout usual(Fields message, boolean complete) {
    List<Cut> cuts = new ArrayList<>();
    Place thoughts = AnswerTexts.thoughts(message);
    if (thoughts != null) {
      cuts.add(new Cut(Source.REASONING, thoughts.text(message).length()));
    }
    CharSequence text = Place.TEXT.text(message);
    if (!AnswerTexts.isBlank(text)) {
      cuts.add(new Cut(Source.TEXT, text.length()));
    }
    int refusal = Place.REFUSAL.text(message).length();
    if (refusal > 0) {
      cuts.add(new Cut(Source.REFUSAL, refusal));
    }
    IntStream.range(0, AnswerTexts.calls(message).size())
        .forEach(position -> cuts.add(new Cut(Source.CALL, position)));
    if (cuts.isEmpty() && (complete || text.length() > 0)) {
      cuts.add(new Cut(Source.TEXT, text.length()));
    }
    return new Layout(cuts);
  }

  /** As it is kept. */
  public List<Object> toJson() {
    List<Object> json = new ArrayList<>();
    for (Cut cut : cuts) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put(cut.source().field, cut.size());
      json.add(each);
    }
    return json;
  }

  /** Reads what was kept; null where nothing was. */
  static Layout of(Object json) {
    if (!(json instanceof List<?> list)) {
      return null;
    }
    List<Cut> cuts = new ArrayList<>();
    for (Object each : list) {
      for (Source source : Source.values()) {
        if (each instanceof Map<?, ?> cut && cut.get(source.field) instanceof Integer size) {
          cuts.add(new Cut(source, Math.max(0, size)));
        }
      }
    }
    return new Layout(cuts);
  }
}
