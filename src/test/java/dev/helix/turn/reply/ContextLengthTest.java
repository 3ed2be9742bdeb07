package dev.helix.turn.reply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The words in which servers say that a request is too long for their model. */
class ContextLengthTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        // OpenAI
        "{'error':{'message':'Your input exceeds the limit of this model. Please adjust your input and try again.','type':'invalid_request_error','param':'messages','code':'context_length_exceeded'}}",
        "{'error':{'message':\"This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.\",'code':null}}",
        // vLLM
        "{'object':'error','message':\"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens\",'type':'BadRequestError','code':400}",
        "{'error':{'message':'The decoder prompt (length 5000) is longer than the maximum model length of 4096.'}}",
        // llama.cpp
        "{'error':{'code':400,'message':'the request exceeds the available context size, try increasing it','type':'exceed_context_size_error','n_prompt_tokens':5000,'n_ctx':4096}}",
        // SGLang
        "{'object':'error','message':\"The input (5000 tokens) is longer than the model's context length (4096 tokens).\"}",
        // LM Studio
        "{'error':'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens'}",
        // text-generation-inference
        "{'error':'Input validation error: `inputs` must have less than 1024 tokens. Given: 5000','error_type':'validation'}",
        "{'error':'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 5000 `inputs` tokens and 20 `max_new_tokens`'}",
        // Anthropic
        "{'error':{'message':'prompt is too long: 210000 tokens > 200000 maximum'}}",
        // Gemini
        "[{'error':{'code':400,'message':'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'}}]",
        // LiteLLM
        "{'error':{'message':'litellm.ContextWindowExceededError: litellm.BadRequestError'}}",
      })
  void isSeen(String body) {
    assertEquals(true, ContextLength.isExceeded(body.replace('\'', '"').getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{'error':{'message':'Invalid model','code':'model_not_found'}}",
        "{'error':{'message':'max_tokens is too large','param':'max_tokens'}}",
        "{'error':{'message':'Rate limit reached: 30000 tokens per minute','code':'rate_limit_exceeded'}}",
        "<html><title>413 Request Entity Too Large</title></html>",
      })
  void othersAreNotTakenForIt(String body) {
    assertEquals(false, ContextLength.isExceeded(body.replace('\'', '"').getBytes(UTF_8)));
  }

  @Test
  void onlyStatusesThatMaySaySo() {
    for (int status : new int[] {400, 413, 422, 500}) {
      assertEquals(true, ContextLength.mayBeExceeded(status));
    }
    for (int status : new int[] {200, 401, 404, 429, 502, 503}) {
      assertEquals(false, ContextLength.mayBeExceeded(status));
    }
  }
}
