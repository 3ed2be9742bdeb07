package dev.helix.model;

/**
 * What a person writes. Immutable.
 *
 * @param text without context
 * @param image whether an image comes with it
 * @param context how retrieval changes the text in the question's own turns
 */
record Question(String text, boolean image, Context context) {
  /** Where retrieval writes what it found. */
  enum Context {
    /** Nothing was retrieved. */
    NONE,
    /** Before the question, as the default template does. */
    MARKED,
    /** Around the question in an element of its own, as older default templates did. */
    QUERY,
    /** Around the question in an operator's own words. */
    UNMARKED
  }

  /** As it goes out in its own turn, with each answer to it. */
  Said asked() {
    String found = "<context>\n<source id=\"1\">Hello world</source>\n</context>\n";
    return switch (context) {
      case NONE -> plain();
      case MARKED ->
          Said.user("### Task:\nUse the context.\n\n" + found + "\n" + text, text, image);
      case QUERY ->
          Said.user(
              "### Task:\nUse the context.\n\n"
                  + found
                  + "\n<user_query>\n"
                  + text
                  + "\n</user_query>\n",
              text,
              image);
      case UNMARKED -> {
        String whole = "We know that ok is Hello. Now: " + text + "\nBe brief.";
        yield Said.user(whole, whole, image);
      }
    };
  }

  /** As it goes out in later turns. */
  Said plain() {
    return Said.user(text, text, image);
  }

  @Override
  public String toString() {
    return plain() + (context == Context.NONE ? "" : " with " + context + " context");
  }
}
