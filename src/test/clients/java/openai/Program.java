import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageParam;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.chat.completions.ChatCompletionUserMessageParam;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import wire.Wire;

/** openai-java. */
final class Program implements Wire.Conversation {
  private static final FunctionDefinition WEATHER =
      FunctionDefinition.builder()
          .name("get_weather")
          .description("Tells the weather of a city.")
          .parameters(
              FunctionParameters.builder()
                  .putAdditionalProperty("type", JsonValue.from("object"))
                  .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                  .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                  .build())
          .build();

  private final OpenAIClient client;
  private List<ChatCompletionMessageParam> messages = new ArrayList<>();

  private Program(String name) {
    client =
        OpenAIOkHttpClient.builder().baseUrl(Wire.URL).apiKey(Wire.KEY).putHeader(Wire.HEADER, name).build();
  }

  public static void main(String[] arguments) throws Exception {
    Wire.serve(Wire.version(ChatCompletionMessage.class), Program::new);
  }

  @Override
  public void ask(Wire.Question question, Predicate<String> hear) {
    List<ChatCompletionMessageParam> said = new ArrayList<>(messages);
    said.add(
        ChatCompletionMessageParam.ofUser(
            ChatCompletionUserMessageParam.builder().content(question.text()).build()));
    while (true) {
      ChatCompletionCreateParams.Builder params =
          ChatCompletionCreateParams.builder().model(Wire.MODEL).messages(said);
      if (question.tools()) {
        params.addFunctionTool(WEATHER);
      }
      ChatCompletionMessage answer = exchange(params.build(), question.stream(), hear);
      said.add(ChatCompletionMessageParam.ofAssistant(answer.toParam()));
      List<ChatCompletionMessageToolCall> calls = answer.toolCalls().orElse(List.of());
      for (ChatCompletionMessageToolCall call : calls) {
        said.add(
            ChatCompletionMessageParam.ofTool(
                ChatCompletionToolMessageParam.builder()
                    .toolCallId(call.asFunction().id())
                    .content(Wire.getWeather(call.asFunction().function().arguments()))
                    .build()));
      }
      if (calls.isEmpty()) {
        messages = said;
        return;
      }
    }
  }

  private ChatCompletionMessage exchange(
      ChatCompletionCreateParams params, boolean stream, Predicate<String> hear) {
    if (!stream) {
      ChatCompletionMessage answer = client.chat().completions().create(params).choices().get(0).message();
      hear.test(answer.content().orElse(""));
      return answer;
    }
    ChatCompletionAccumulator all = ChatCompletionAccumulator.create();
    StringBuilder text = new StringBuilder();
    try (StreamResponse<ChatCompletionChunk> chunks = client.chat().completions().createStreaming(params)) {
      for (ChatCompletionChunk chunk : (Iterable<ChatCompletionChunk>) chunks.stream()::iterator) {
        all.accumulate(chunk);
        String piece =
            chunk.choices().isEmpty() ? "" : chunk.choices().get(0).delta().content().orElse("");
        text.append(piece);
        if (hear.test(piece)) {
          // The accumulator gives only what has a finish.
          return ChatCompletionMessage.builder().content(text.toString()).refusal(Optional.empty()).build();
        }
      }
    }
    return all.chatCompletion().choices().get(0).message();
  }
}
