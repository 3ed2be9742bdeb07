package dev.helix.turn.reply;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether a backend's error says that a request is longer than its model can read. There is no one
 * form of it: OpenAI and those who follow it have a code, llama.cpp has a type, and the others have
 * words. No state.
 */
public final class ContextLength {
  private static final Set<Integer> STATUSES = Set.of(400, 413, 422, 500);

  private static final Pattern SAID =
      Pattern.compile(
          // OpenAI, Azure, Groq, OpenRouter; llama.cpp; LiteLLM
          "context_length_exceeded|exceed_context_size_error|ContextWindowExceeded"
              // vLLM, SGLang, LM Studio, Mistral
              + "|context (length|window|size)|maximum model length|max_model_len"
              // Anthropic; Gemini; text-generation-inference
              + "|prompt is too long|exceeds the maximum number of tokens"
              + "|`?inputs`? (must have less than|tokens \\+ )",
          Pattern.CASE_INSENSITIVE);

  private ContextLength() {}

  /** Whether an error of this status may say so. */
  public static boolean mayBeExceeded(int status) {
    return STATUSES.contains(status);
  }

  /** Whether the body of such an error says so. */
  public static boolean isExceeded(byte[] body) {
    return SAID.matcher(new String(body, StandardCharsets.UTF_8)).find();
  }
}
