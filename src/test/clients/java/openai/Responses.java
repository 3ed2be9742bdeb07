import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.StructuredResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import wire.Wire;

/** openai-java, asking for responses. */
final class Responses implements Wire.Conversation {
  private static final FunctionTool WEATHER =
      FunctionTool.builder()
          .name("get_weather")
          .description("Tells the weather of a city.")
          .parameters(
              FunctionTool.Parameters.builder()
                  .putAdditionalProperty("type", JsonValue.from("object"))
                  .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                  .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                  .build())
          .strict(false)
          .build();

  /** What an answer is parsed to. */
  public static final class Forecast {
    public String city;
    public boolean sunny;
  }

  private final OpenAIClient client = OpenAIOkHttpClient.builder().baseUrl(Wire.URL).apiKey(Wire.KEY).build();
  private final OpenAIClient named;
  private List<ResponseInputItem> items = new ArrayList<>();
  private String last;
  private String id;

  private Responses(String name) {
    named = OpenAIOkHttpClient.builder().baseUrl(Wire.URL).apiKey(Wire.KEY).putHeader(Wire.HEADER, name).build();
  }

  public static void main(String[] arguments) throws Exception {
    Wire.serve(Wire.version(Response.class), Responses::new);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public void ask(Wire.Question question, Predicate<String> hear) throws Exception {
    List<ResponseInputItem> asked = new ArrayList<>();
    asked.add(
        ResponseInputItem.ofEasyInputMessage(
            EasyInputMessage.builder().role(EasyInputMessage.Role.USER).content(question.text()).build()));
    switch (question.how()) {
      case "resent" -> {
        asked.addAll(0, items);
        turn(named, asked, question, hear, params -> params);
      }
      case "previous" ->
          turn(client, asked, question, hear, params -> params.previousResponseId(Optional.ofNullable(last)));
      case "conversation" -> {
        id = id == null ? client.conversations().create().id() : id;
        turn(client, asked, question, hear, params -> params.conversation(id));
      }
      case "parsed" -> parsed(asked, hear);
      case "background" -> background(asked, hear);
      default -> resumed(asked, hear);
    }
  }

  private static ResponseCreateParams.Builder params(List<ResponseInputItem> asked) {
    return ResponseCreateParams.builder().model(Wire.MODEL).inputOfResponse(asked);
  }

  private void turn(
      OpenAIClient from,
      List<ResponseInputItem> asked,
      Wire.Question question,
      Predicate<String> hear,
      UnaryOperator<ResponseCreateParams.Builder> more) {
    while (true) {
      ResponseCreateParams.Builder params = more.apply(params(asked));
      if (question.tools()) {
        params.addTool(WEATHER);
      }
      Response response = exchange(from, params.build(), question.stream(), hear);
      last = response.id();
      id = id == null && question.how().equals("previous") ? last : id;
      List<ResponseInputItem> outputs = new ArrayList<>();
      items = new ArrayList<>(asked);
      for (ResponseOutputItem item : response.output()) {
        item.message().map(ResponseInputItem::ofResponseOutputMessage).ifPresent(items::add);
        item.functionCall().map(ResponseInputItem::ofFunctionCall).ifPresent(items::add);
        item.functionCall().map(Responses::output).ifPresent(outputs::add);
      }
      if (outputs.isEmpty()) {
        return;
      }
      asked = outputs;
      if (from == named) {
        asked.addAll(0, items);
      }
    }
  }

  private static ResponseInputItem output(ResponseFunctionToolCall call) {
    return ResponseInputItem.ofFunctionCallOutput(
        ResponseInputItem.FunctionCallOutput.builder()
            .callId(call.callId())
            .output(Wire.getWeather(call.arguments()))
            .build());
  }

  private static Response exchange(
      OpenAIClient from, ResponseCreateParams params, boolean stream, Predicate<String> hear) {
    if (!stream) {
      Response response = from.responses().create(params);
      hear.test(text(response));
      return response;
    }
    Response response = null;
    try (StreamResponse<ResponseStreamEvent> events = from.responses().createStreaming(params)) {
      for (ResponseStreamEvent event : (Iterable<ResponseStreamEvent>) events.stream()::iterator) {
        if (event.isCreated()) {
          response = event.asCreated().response();
        }
        if (event.isCompleted()) {
          response = event.asCompleted().response();
        }
        if (event.isOutputTextDelta() && hear.test(event.asOutputTextDelta().delta())) {
          break;
        }
      }
    }
    return response;
  }

  private static String text(Response response) {
    StringBuilder text = new StringBuilder();
    response.output().stream()
        .flatMap(item -> item.message().stream())
        .flatMap(message -> message.content().stream())
        .flatMap(content -> content.outputText().stream())
        .forEach(part -> text.append(part.text()));
    return text.toString();
  }

  private void parsed(List<ResponseInputItem> asked, Predicate<String> hear) {
    StructuredResponse<Forecast> response =
        client.responses().create(params(asked).text(Forecast.class).build());
    response.output().stream()
        .flatMap(item -> item.message().stream())
        .flatMap(message -> message.content().stream())
        .flatMap(content -> content.outputText().stream())
        .forEach(forecast -> hear.test(forecast.city));
    id = response.id();
  }

  private void background(List<ResponseInputItem> asked, Predicate<String> hear) throws InterruptedException {
    Response response = client.responses().create(params(asked).background(true).build());
    id = response.id();
    List<ResponseStatus> waiting = List.of(ResponseStatus.QUEUED, ResponseStatus.IN_PROGRESS);
    while (waiting.contains(response.status().orElseThrow())) {
      Thread.sleep(100);
      response = client.responses().retrieve(id);
    }
    hear.test(text(response));
  }

  private void resumed(List<ResponseInputItem> asked, Predicate<String> hear) {
    long heard = -1;
    ResponseCreateParams params = params(asked).background(true).build();
    try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(params)) {
      for (ResponseStreamEvent event : (Iterable<ResponseStreamEvent>) events.stream()::iterator) {
        if (event.isCreated()) {
          id = event.asCreated().response().id();
        }
        if (event.isOutputTextDelta()) {
          hear.test(event.asOutputTextDelta().delta());
          heard = event.asOutputTextDelta().sequenceNumber();
          break;
        }
      }
    }
    ResponseRetrieveParams behind =
        ResponseRetrieveParams.builder().responseId(id).startingAfter(heard).build();
    try (StreamResponse<ResponseStreamEvent> events = client.responses().retrieveStreaming(behind)) {
      for (ResponseStreamEvent event : (Iterable<ResponseStreamEvent>) events.stream()::iterator) {
        event.outputTextDelta().ifPresent(delta -> hear.test(delta.delta()));
      }
    }
  }
}
