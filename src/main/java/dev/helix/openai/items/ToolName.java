package dev.helix.openai.items;

/** What tools are called for a backend, which knows functions only. No state. */
public final class ToolName {
  /** The one argument of a function that stands for a custom tool. */
  public static final String INPUT = "input";

  private static final String SEPARATOR = "__";

  private ToolName() {}

  /** The name of a function; {@code namespace} is null for one that is in none. */
  public static String of(String namespace, String name) {
    return namespace == null || namespace.isEmpty() ? name : namespace + SEPARATOR + name;
  }
}
