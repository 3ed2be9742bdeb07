package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.request.RequestJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatRequestTest {
  private static ChatRequest parse(String json) throws InvalidRequestException {
    return ChatRequest.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private static ApiError refused(byte[] body) {
    return assertThrows(InvalidRequestException.class, () -> ChatRequest.parse(body)).error();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | invalid_json | ",
        "nonsense | invalid_json | ",
        "[] | invalid_json | ",
        "`{\"messages\":[{\"role\":\"user\"}]} x` | invalid_json | ",
        "{\"messages\":[],\"messages\":[]} | invalid_json | ",
        "{} | missing_required_parameter | messages",
        "{\"messages\":null} | invalid_type | messages",
        "{\"messages\":{}} | invalid_type | messages",
        "{\"messages\":[]} | empty_array | messages",
        "{\"messages\":[1]} | invalid_type | messages[0]",
        "{\"messages\":[{}]} | missing_required_parameter | messages[0].role",
        "{\"messages\":[{\"role\":1}]} | invalid_type | messages[0].role",
        "{\"messages\":[{\"role\":\"user\"},{\"role\":\" \"}]} | invalid_value | messages[1].role",
        "{\"messages\":[{\"role\":null}]} | invalid_type | messages[0].role",
        "{\"messages\":[{\"role\":\"user\",\"content\":7}]} | invalid_type | messages[0].content",
        "{\"messages\":[{\"content\":true,\"role\":\"user\"}]} | invalid_type | messages[0].content",
        "{\"messages\":[{\"role\":\"user\",\"content\":[7]}]} | invalid_type | messages[0].content[0]",
        "{\"messages\":[{\"role\":\"user\",\"content\":[\"x\",[]]}]} | invalid_type | messages[0].content[1]",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":1}]}]} | invalid_type | messages[0].content[0].type",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":1}]}]} | invalid_type | messages[0].content[0].text",
        "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":{}}]} | invalid_type | messages[0].tool_calls",
        "{\"messages\":[{\"role\":\"tool\",\"tool_call_id\":{}}]} | invalid_type | messages[0].tool_call_id",
        "{\"messages\":[{\"role\":\"user\",\"name\":[]}]} | invalid_type | messages[0].name",
        "{\"model\":1,\"messages\":[{\"role\":\"user\"}]} | invalid_type | model",
        "{\"stream\":\"yes\",\"messages\":[{\"role\":\"user\"}]} | invalid_type | stream",
        "{\"stream\":2,\"messages\":[{\"role\":\"user\"}]} | invalid_type | stream",
        "{\"stream\":{},\"messages\":[{\"role\":\"user\"}]} | invalid_type | stream",
      })
  void whatIsWrong_isSaidWithCodeAndPlace(String body, String code, String param) {
    ApiError error = refused(body.getBytes(StandardCharsets.UTF_8));
    assertEquals(400, error.status());
    assertEquals(code, error.code());
    assertEquals(param, error.param());
  }

  @Test
  void theParsersOwnWords_aboutItsSource_areNotTold() {
    for (String broken :
        new String[] {"{\"messages\":[", "{\"messages\":[}", "{\"a\" 1}", "{\"a\":nul}"}) {
      String message = refused(broken.getBytes(StandardCharsets.UTF_8)).message();
      assertFalse(message.contains("Source"), message);
      assertFalse(message.contains("Feature"), message);
      assertTrue(message.contains("byte "), message);
    }
  }

  @Test
  void aNestingBomb_isRefused() {
    String bomb =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"a\":" + "[".repeat(100_000);
    assertEquals("invalid_json", refused(bomb.getBytes(StandardCharsets.UTF_8)).code());
  }

  @Test
  void whatIsNoUtf8_isRefused() {
    byte[] latin =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"é\"}]}"
            .getBytes(StandardCharsets.ISO_8859_1);
    assertTrue(refused(latin).message().contains("UTF-8"));
    assertTrue(
        refused("{\"messages\":[]}".getBytes(StandardCharsets.UTF_16LE))
            .message()
            .contains("UTF-8"));
    assertTrue(
        refused("{\"messages\":[]}".getBytes(StandardCharsets.UTF_16BE))
            .message()
            .contains("UTF-8"));
  }

  @Test
  void messagesAreReadWhereTheyStand_andTheBodyStaysAsItCame() throws InvalidRequestException {
    String json =
        " {\"x\":[{\"y\":\"é\"}], \"messages\" : [ {\"role\":\"system\",\"content\":\"ü\"} ,\n{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]} ],\"stream\":true} ";
    ChatRequest request = parse(json);
    assertTrue(request.stream());
    assertEquals(2, request.messages().size());
    Message user = request.messages().get(1);
    assertEquals("user", user.role());
    assertEquals("hi", user.text());
    assertEquals(
        json, new String(request.bodyWith(List.of(), null, false), StandardCharsets.UTF_8));
  }

  @Test
  void byteOrderMark_isLeftOut_andTheRestStaysAsItCame() throws InvalidRequestException {
    String json = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"é\"}]}";
    ChatRequest request = parse("\uFEFF" + json);
    assertEquals("é", request.messages().get(0).text());
    assertEquals(json, sent(request));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true | true",
        "false | false",
        "null | false",
        "1 | true",
        "0 | false",
        "\"true\" | true",
        "\"False\" | false",
        "\"1\" | true"
      })
  void streamIsAskedFor_inWhateverWayItIsWritten(String value, boolean stream)
      throws InvalidRequestException {
    String json = "{\"stream\":" + value + ",\"messages\":[{\"role\":\"user\"}]}";
    assertEquals(stream, parse(json).stream());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{M} | {\"model\":\"a \\\"b\\\"\",M}",
        "{ M } | {\"model\":\"a \\\"b\\\"\", M }",
        "{\"model\":null,M} | {\"model\":\"a \\\"b\\\"\",M}",
        "{M, \"model\" : null } | {M, \"model\" : \"a \\\"b\\\"\" }",
        "{M,\"model\":\"\"} | {M,\"model\":\"a \\\"b\\\"\"}"
      })
  void model_isPutWhereItIsMissing_andNothingElseIsChanged(String body, String expected)
      throws InvalidRequestException {
    String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    ChatRequest request = parse(body.replace("M", messages));
    assertFalse(request.namesModel());
    assertEquals(body.replace("M", messages), sent(request));

    ChatRequest named = request.withModel("a \"b\"");
    assertTrue(named.namesModel());
    assertEquals(expected.replace("M", messages), sent(named));
    String history = "\"messages\":[{\"role\":\"user\",\"content\":\"Ho\"},";
    assertEquals(
        expected.replace("M", messages).replace("\"messages\":[", history),
        new String(
            named.bodyWith(List.of(Message.of("user", "Ho")), null, false),
            StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{M,'metadata':{'id':'a'}} | {M}",
        "{'metadata':{'id':'a'},M} | {M}",
        "{'model':'m' , 'metadata' : { 'id' : 'a' } , M} | {'model':'m' , M}",
        "{M,'metadata':{'id':'a','x':1}} | {M,'metadata':{'x':1}}",
        "{M,'metadata':{'x':1,'id':'a'}} | {M,'metadata':{'x':1}}",
        "{M,'metadata':{'x':1, 'id':'a\\'b' ,'y':{'id':2}}} | {M,'metadata':{'x':1 ,'y':{'id':2}}}",
        "{M,'metadata':{'x':{'id':'a'}}} | {M,'metadata':{'x':{'id':'a'}}}",
        "{M,'x':{'metadata':{'id':'a'}},'id':'b'} | {M,'x':{'metadata':{'id':'a'}},'id':'b'}",
        "{M} | {M}"
      })
  void fieldOfTheMetadata_isTakenOut_andTheMetadataWithItWhereItWasAll(String body, String expected)
      throws InvalidRequestException {
    String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    ChatRequest request = parse(body.replace('\'', '"').replace("M", messages));
    String cut = expected.replace('\'', '"').replace("M", messages);
    assertEquals(cut, sent(request.withoutMetadata("id")));
    if (!request.namesModel()) {
      assertEquals(
          cut.replaceFirst("\\{", "{\"model\":\"n\","),
          sent(request.withoutMetadata("id").withModel("n")));
    }
  }

  private static String sent(ChatRequest request) {
    return new String(request.bodyWith(List.of(), null, false), StandardCharsets.UTF_8);
  }

  @Test
  void asManyMessagesAsNobodyHasSaid_areRefused() throws InvalidRequestException {
    String message = "{\"role\":\"user\",\"content\":\"x\"}";
    String most = (message + ",").repeat(RequestJson.MAX_MESSAGES - 1) + message;
    assertEquals(
        RequestJson.MAX_MESSAGES, parse("{\"messages\":[" + most + "]}").messages().size());
    InvalidRequestException refused =
        assertThrows(
            InvalidRequestException.class,
            () -> parse("{\"messages\":[" + most + "," + message + "]}"));
    assertEquals("too_many_messages", refused.error().code());
  }

  @Test
  void reasoning_isSentInAToolRoundWhoseResultsCome_andNotBeforeIt() throws Exception {
    String thought = ",\"reasoning_content\":\"why\"}";
    List<Message> history =
        List.of(
            Message.of("user", "Q1"),
            message("{\"role\":\"assistant\",\"content\":\"A1\"" + thought),
            Message.of("user", "Q2"),
            message(
                "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\"}}]"
                    + thought));
    String result = "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"R\"}";
    assertEquals(1, thoughts(history, result));
    assertEquals(0, thoughts(history, "{\"role\":\"user\",\"content\":\"Q3\"}"));
  }

  private static Message message(String json) {
    return Message.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private static int thoughts(List<Message> history, String own) throws Exception {
    byte[] body = ("{\"messages\":[" + own + "]}").getBytes(StandardCharsets.UTF_8);
    byte[] sent = ChatRequest.parse(body).bodyWith(history, null, false);
    return new String(sent, StandardCharsets.UTF_8).split("reasoning_content", -1).length - 1;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "2 | 2",
        "`\"3\"` | 3",
        "2.0 | 2",
        "null | 1",
        "true | 1",
        "[2] | 1",
        "`\"x\"` | 1",
        "1e99 | 2147483647"
      })
  void howManyChoicesAreAskedFor_isKnown_orLeftToTheUpstream(String n, int choices)
      throws InvalidRequestException {
    assertEquals(choices, parse("{\"n\":" + n + ",\"messages\":[{\"role\":\"user\"}]}").choices());
    assertEquals(1, parse("{\"messages\":[{\"role\":\"user\"}]}").choices());
  }
}
