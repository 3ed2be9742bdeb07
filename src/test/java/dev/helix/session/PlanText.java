package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.tree.Placement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What plans and elements of a session are in words, alike for two that differ by new ids only. */
record PlanText(SessionStore store, SessionId id) {
  private static final Pattern MADE = Pattern.compile("m-[0-9a-f-]{36}");

  String of(TurnPlan plan) {
    StringBuilder told = new StringBuilder();
    plan.history().forEach(message -> told.append(told(message)).append('\n'));
    Placement placement = plan.placement();
    return comparable(
        told
            + "system "
            + (plan.system() == null ? null : told(plan.system()))
            + "\nbelow "
            + placement.parentId()
            + " as "
            + placement.answerId()
            + " after "
            + placement.continued()
            + " "
            + placement.begun()
            + told(placement.elements()));
  }

  String of(List<Message> elements) {
    return comparable(told(elements));
  }

  private static String told(Message message) {
    return message.id() + " " + message.parentId() + " " + new String(message.wireJson(), UTF_8);
  }

  private static String told(List<Message> elements) {
    StringBuilder told = new StringBuilder();
    elements.forEach(
        element -> told.append("\n+ ").append(new String(element.elementJson(), UTF_8)));
    return told.toString();
  }

  /** With names in place of the ids that were made just now. */
  private String comparable(String text) {
    Set<String> stored =
        store.read(id, LogVersion.NONE).elements().stream()
            .map(Message::id)
            .collect(Collectors.toSet());
    Map<String, String> names = new LinkedHashMap<>();
    return MADE.matcher(text)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(
                    stored.contains(match.group())
                        ? match.group()
                        : names.computeIfAbsent(match.group(), any -> "new" + names.size())));
  }
}
