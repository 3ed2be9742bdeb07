import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.api.OpenAiApi;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import wire.Wire;

/** Spring AI 1, which runs the tools by itself. */
final class Program implements Wire.Conversation {
  private static final ToolCallback WEATHER =
      new ToolCallback() {
        @Override
        public ToolDefinition getToolDefinition() {
          return ToolDefinition.builder()
              .name("get_weather")
              .description("Tells the weather of a city.")
              .inputSchema("{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}")
              .build();
        }

        @Override
        public String call(String arguments) {
          return Wire.getWeather(arguments);
        }
      };

  private final OpenAiChatModel model;
  private final List<Message> messages = new ArrayList<>();

  private Program(String name) {
    LinkedMultiValueMap<String, String> headers = new LinkedMultiValueMap<>();
    headers.add(Wire.HEADER, name);
    model =
        OpenAiChatModel.builder()
            .openAiApi(
                OpenAiApi.builder()
                    .baseUrl(Wire.URL.replaceFirst("/v1$", ""))
                    .apiKey(Wire.KEY)
                    .headers(headers)
                    .build())
            .defaultOptions(OpenAiChatOptions.builder().model(Wire.MODEL).build())
            .build();
  }

  public static void main(String[] arguments) throws Exception {
    Wire.serve(Wire.version(OpenAiChatModel.class), Program::new);
  }

  @Override
  public void ask(Wire.Question question, Predicate<String> hear) throws Exception {
    List<Message> said = new ArrayList<>(messages);
    said.add(new UserMessage(question.text()));
    OpenAiChatOptions.Builder options = OpenAiChatOptions.builder().model(Wire.MODEL);
    if (question.tools()) {
      options.toolCallbacks(WEATHER);
    }
    Prompt prompt = new Prompt(said, options.build());
    StringBuilder text = new StringBuilder();
    if (question.stream()) {
      try {
        model.stream(prompt).takeUntil(response -> hear.test(append(text, response))).blockLast();
      } catch (WebClientResponseException e) {
        throw new IllegalStateException(e.getResponseBodyAsString(), e);
      }
    } else {
      hear.test(append(text, model.call(prompt)));
    }
    said.add(new AssistantMessage(text.toString()));
    messages.clear();
    messages.addAll(said);
  }

  private static String append(StringBuilder text, ChatResponse response) {
    String piece = response.getResult() == null ? null : response.getResult().getOutput().getText();
    text.append(piece == null ? "" : piece);
    return piece;
  }
}
