package dev.helix.openai.items;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the tools of a request are called by it, where an upstream calls them by other names or as
 * functions: custom tools, and those of a namespace, which are sent as {@code namespace__name}.
 * Immutable.
 */
public final class CalledTools {
  /**
   * The field of a note that has the tools that were called, where those of the request are not.
   */
  public static final String CALLED = "called";

  private static final String BETWEEN = "__";

  /** A tool that is no plain function, by its own name. */
  public record Tool(boolean custom, String namespace, String name) {}

  /** By the name that the upstream knows. */
  private final Map<String, Tool> tools = new HashMap<>(0);

  /**
   * Those of a list of tools as a request has it.
   *
   * @param list null and what is no list stand for none
   */
  public CalledTools(Object list) {
    add(null, list);
  }

  /** Those of a request, or as many of them as were called, as a note has them. */
  static CalledTools ofNote(Map<?, ?> note) {
    Object asked = AskedNote.asked(note).get("tools");
    return new CalledTools(asked == null ? note.get(CALLED) : asked);
  }

  /** Those that were called and are no plain functions, as a list of tools. */
  public static List<Object> of(List<Object> output) {
    Set<Map<String, Object>> called = new LinkedHashSet<>();
    for (Object each : output) {
      Map<?, ?> item = (Map<?, ?>) each;
      boolean custom = "custom_tool_call".equals(item.get("type"));
      Object namespace = item.get("namespace");
      if (custom || namespace != null) {
        Map<String, Object> tool =
            Map.of("type", custom ? "custom" : "function", "name", item.get("name"));
        called.add(
            namespace == null
                ? tool
                : Map.of("type", "namespace", "name", namespace, "tools", List.of(tool)));
      }
    }
    return List.copyOf(called);
  }

  private void add(String namespace, Object list) {
    for (Object each : list instanceof List<?> some ? some : List.of()) {
      if (each instanceof Map<?, ?> tool && tool.get("name") instanceof String name) {
        if ("namespace".equals(tool.get("type")) && namespace == null) {
          add(name, tool.get("tools"));
        } else {
          boolean custom = "custom".equals(tool.get("type"));
          if (custom || namespace != null) {
            String sent = namespace == null ? name : namespace + BETWEEN + name;
            tools.putIfAbsent(sent, new Tool(custom, namespace, name));
          }
        }
      }
    }
  }

  /** The tool that an upstream calls so. */
  Tool named(String name) {
    Tool tool = tools.get(name);
    return tool == null ? new Tool(false, null, name) : tool;
  }
}
