package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The official OpenAI client for Java, talking to us as it would to OpenAI. */
@Check("OpenAI's Java client")
interface OpenAiClientCases extends Fixture {
  @Test
  default void openAiClient_holdsAConversation_streamedAndWhole() {
    Endpoint endpoint = usual();
    endpoint.upstream().answerAlways(OpenAiClientCases::echo);
    String id = Endpoint.freshId();
    with(
        endpoint,
        id,
        client -> {
          ChatCompletion first =
              client.chat().completions().create(params().addUserMessage("Hello").build());
          assertEquals("You said: Hello", text(first));
          assertEquals(Completions.MODEL, first.model());

          ChatCompletionCreateParams next =
              params()
                  .addUserMessage("Hello")
                  .addMessage(first.choices().get(0).message())
                  .addUserMessage("And streamed?")
                  .build();
          ChatCompletionAccumulator heard = ChatCompletionAccumulator.create();
          try (StreamResponse<ChatCompletionChunk> chunks =
              client.chat().completions().createStreaming(next)) {
            chunks.stream().forEach(heard::accumulate);
          }
          assertEquals("You said: And streamed?", text(heard.chatCompletion()));
        });
    StoredSession stored = endpoint.stored("conv-" + id);
    assertEquals(
        List.of(
            "user:Hello",
            "assistant:You said: Hello",
            "user:And streamed?",
            "assistant:You said: And streamed?"),
        stored.said());
    assertEquals(stored.nodes().get(1).path("id"), stored.nodes().get(2).path("parent_id"));
  }

  @Test
  default void openAiClient_takesNoHalfStreamForAWholeOne() {
    Endpoint endpoint = usual();
    endpoint.upstream().answerAlways(request -> Reply.sse(List.of(Completions.delta("Half"))));
    with(
        endpoint,
        Endpoint.freshId(),
        client -> {
          try (StreamResponse<ChatCompletionChunk> chunks =
              client
                  .chat()
                  .completions()
                  .createStreaming(params().addUserMessage("Hello").build())) {
            assertThrows(RuntimeException.class, () -> chunks.stream().forEach(chunk -> {}));
          }
        });
  }

  @Test
  default void openAiClient_readsOurErrorsAndTheUpstreams() {
    Endpoint endpoint = usual();
    endpoint
        .upstream()
        .answerAlways(
            request -> Reply.json(429, Completions.error("slow down", "rate_limit", "rl")));
    with(
        endpoint,
        Endpoint.freshId(),
        client -> {
          RateLimitException slow =
              assertThrows(
                  RateLimitException.class,
                  () -> client.chat().completions().create(params().addUserMessage("Hi").build()));
          assertEquals("rl", slow.code().orElse(null));
          assertTrue(slow.getMessage().contains("slow down"), slow::getMessage);
        });
    with(
        endpoint,
        "a".repeat(513),
        client -> {
          BadRequestException bad =
              assertThrows(
                  BadRequestException.class,
                  () -> client.chat().completions().create(params().addUserMessage("Hi").build()));
          assertEquals("invalid_conversation_id", bad.code().orElse(null));
        });
  }

  @Test
  default void openAiClient_listsModels() {
    Endpoint endpoint = servers().endpoint(Group.DEMO);
    with(
        endpoint,
        Endpoint.freshId(),
        client -> {
          assertEquals("helix-demo", client.models().list().data().get(0).id());
        });
  }

  private static Reply echo(Request request) {
    String answer = "You said: " + request.lastMessage();
    return request.json().path("stream").asBoolean()
        ? Reply.sse(Completions.chunks(answer.split("(?<= )", -1)))
        : Reply.json(200, Completions.completion(answer));
  }

  private static String text(ChatCompletion completion) {
    return completion.choices().get(0).message().content().orElse("");
  }

  private static ChatCompletionCreateParams.Builder params() {
    return ChatCompletionCreateParams.builder().model(Completions.MODEL);
  }

  private static void with(Endpoint endpoint, String conversationId, Consumer<OpenAIClient> use) {
    String base = endpoint.url().toString().replaceFirst("/$", "");
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(base + "/v1")
            .apiKey("sk-of-the-caller")
            .putHeader("X-Conversation-ID", conversationId)
            .maxRetries(0)
            .build();
    try {
      use.accept(client);
    } finally {
      client.close();
    }
  }
}
