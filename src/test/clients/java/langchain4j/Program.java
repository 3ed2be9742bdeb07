import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import wire.Wire;

/** LangChain4j's models of OpenAI. */
final class Program implements Wire.Conversation {
  private static final ToolSpecification WEATHER =
      ToolSpecification.builder()
          .name("get_weather")
          .description("Tells the weather of a city.")
          .parameters(JsonObjectSchema.builder().addStringProperty("city").required("city").build())
          .build();

  private final ChatModel whole;
  private final StreamingChatModel streaming;
  private List<ChatMessage> messages = new ArrayList<>();

  private Program(String name) {
    Map<String, String> headers = Map.of(Wire.HEADER, name);
    whole =
        OpenAiChatModel.builder()
            .baseUrl(Wire.URL).apiKey(Wire.KEY).modelName(Wire.MODEL).customHeaders(headers).build();
    streaming =
        OpenAiStreamingChatModel.builder()
            .baseUrl(Wire.URL).apiKey(Wire.KEY).modelName(Wire.MODEL).customHeaders(headers).build();
  }

  public static void main(String[] arguments) throws Exception {
    Wire.serve(Wire.version(OpenAiChatModel.class), Program::new);
  }

  @Override
  public void ask(Wire.Question question, Predicate<String> hear) throws Exception {
    List<ChatMessage> said = new ArrayList<>(messages);
    said.add(UserMessage.from(question.text()));
    while (true) {
      ChatRequest.Builder request = ChatRequest.builder().messages(said);
      if (question.tools()) {
        request.toolSpecifications(WEATHER);
      }
      AiMessage answer = question.stream() ? stream(request.build(), hear) : whole.chat(request.build()).aiMessage();
      if (!question.stream()) {
        hear.test(answer.text());
      }
      said.add(answer);
      for (ToolExecutionRequest call : answer.toolExecutionRequests()) {
        said.add(ToolExecutionResultMessage.from(call, Wire.getWeather(call.arguments())));
      }
      if (!answer.hasToolExecutionRequests()) {
        messages = said;
        return;
      }
    }
  }

  private AiMessage stream(ChatRequest request, Predicate<String> hear) throws Exception {
    CompletableFuture<AiMessage> answer = new CompletableFuture<>();
    StringBuilder text = new StringBuilder();
    streaming.chat(
        request,
        new StreamingChatResponseHandler() {
          @Override
          public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
            text.append(piece.text());
            if (hear.test(piece.text())) {
              context.streamingHandle().cancel();
              answer.complete(AiMessage.from(text.toString()));
            }
          }

          @Override
          public void onCompleteResponse(ChatResponse response) {
            answer.complete(response.aiMessage());
          }

          @Override
          public void onError(Throwable error) {
            answer.completeExceptionally(error);
          }
        });
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
