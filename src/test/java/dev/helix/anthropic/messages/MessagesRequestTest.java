package dev.helix.anthropic.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a chat backend is asked for a request, and what is refused. JSON has single quotes. */
class MessagesRequestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HI = "'messages':[{'role':'user','content':'Hi'}]";

  private static MessagesRequest request(String fields) throws InvalidRequestException {
    return MessagesRequest.parse(("{" + fields.replace('\'', '"') + "}").getBytes(UTF_8));
  }

  private static JsonNode sent(MessagesRequest request) throws IOException {
    return JSON.readTree(request.bodyWith(List.of(), null, false));
  }

  private static JsonNode json(String singleQuoted) throws IOException {
    return JSON.readTree(singleQuoted.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'temperature':0.5,'top_p':0.9,'top_k':40|'temperature':0.5,'top_p':0.9,'top_k':40",
        "'stop_sequences':['a','b']|'stop':['a','b']",
        "'stop_sequences':[]|",
        "'service_tier':'standard_only'|'service_tier':'default'",
        "'service_tier':'auto'|'service_tier':'auto'",
        "'metadata':{'user_id':'u'}|",
        "'thinking':{'type':'enabled','budget_tokens':1024}|",
        "'context_management':{'edits':[]},'container':'c','betas':['x']|",
        "'output_config':{'effort':'high'}|",
        "'output_config':{'format':{'type':'json_schema','schema':{'type':'object'}}}|'response_format':{'type':'json_schema','json_schema':{'name':'output','schema':{'type':'object'}}}",
        "'stream':true|'stream':true,'stream_options':{'include_usage':true}",
        "'tools':[]|",
        "'tools':[{'name':'f','description':'d','input_schema':{'type':'object'},'cache_control':{}}]|'tools':[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'}}}]",
        "'tools':[{'type':'custom','name':'f'}],'tool_choice':{'type':'any'}|'tools':[{'type':'function','function':{'name':'f'}}],'tool_choice':'required'",
        "'tools':[{'name':'f','strict':true}],'tool_choice':{'type':'tool','name':'f','disable_parallel_tool_use':true}|'tools':[{'type':'function','function':{'name':'f','strict':true}}],'tool_choice':{'type':'function','function':{'name':'f'}},'parallel_tool_calls':false",
        "'tools':[{'name':'f'}],'tool_choice':{'type':'none'}|'tools':[{'type':'function','function':{'name':'f'}}],'tool_choice':'none'",
        "'tools':[{'type':'web_search_20250305','name':'web_search'}],'tool_choice':{'type':'auto'}|",
      })
  void fields_areSentAsChatHasThem_orNotAtAll(String asked, String expected) throws Exception {
    JsonNode sent = sent(request("'model':'m','max_tokens':5," + HI + "," + asked));
    String more = expected == null ? "" : "," + expected;
    assertEquals(json("{'model':'m','max_completion_tokens':5," + HI + more + "}"), sent);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'role':'user','content':[{'type':'text','text':'a','cache_control':{'type':'ephemeral'}},{'type':'text','text':'b'}]}|{'role':'user','content':'a\\nb'}",
        "{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'aGk='}},{'type':'text','text':'b'}]}|{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,aGk='}},{'type':'text','text':'b'}]}",
        "{'role':'user','content':[{'type':'image','source':{'type':'url','url':'http://x/y'}}]}|{'role':'user','content':[{'type':'image_url','image_url':{'url':'http://x/y'}}]}",
        "{'role':'user','content':[{'type':'document','title':'T','source':{'type':'text','media_type':'text/plain','data':'d'}}]}|{'role':'user','content':'T\\nd'}",
        "{'role':'user','content':[{'type':'document','source':{'type':'content','content':[{'type':'text','text':'d'}]}}]}|{'role':'user','content':'d'}",
        "{'role':'user','content':[{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'aGk='}}]}|{'role':'user','content':[{'type':'file','file':{'filename':'document.pdf','file_data':'data:application/pdf;base64,aGk='}}]}",
        "{'role':'user','content':[{'type':'search_result','title':'T','source':'s','content':[{'type':'text','text':'d'}]}]}|{'role':'user','content':'T\\nd'}",
        "{'role':'user','content':'a'},{'role':'user','content':'b'}|{'role':'user','content':'a\\nb'}",
        "{'role':'user','content':'a'},{'role':'system','content':'s'}|{'role':'user','content':'a\\n<system-reminder>\\ns\\n</system-reminder>'}",
        "{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'system','content':[]}|{'role':'user','content':'a'},{'role':'assistant','content':'b'}",
        "{'role':'user','content':'a'},{'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'s'},{'type':'redacted_thinking','data':'x'},{'type':'text','text':'b'},{'type':'text','text':'c'},{'type':'server_tool_use','id':'i','name':'web_search','input':{}},{'type':'web_search_tool_result','tool_use_id':'i','content':[]}]}|{'role':'user','content':'a'},{'role':'assistant','content':'bc'}",
      })
  void messages_areThoseOfAChat(String asked, String expected) throws Exception {
    JsonNode sent = sent(request("'max_tokens':5,'messages':[" + asked + "]"));
    assertEquals(json("[" + expected + "]"), sent.path("messages"));
  }

  @Test
  void results_areMessagesOfTools_andWhatTheyShowIsTheUsers() throws Exception {
    MessagesRequest request =
        request(
            "'max_tokens':5,'messages':[{'role':'user','content':'q'},{'role':'assistant','content':["
                + "{'type':'thinking','thinking':'t','signature':'s'},"
                + "{'type':'tool_use','id':'c1','name':'f','input':{'a': 1}},"
                + "{'type':'tool_use','id':'c2','name':'g','input':{}}]},"
                + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'c1','content':["
                + "{'type':'text','text':'x'},{'type':'image','source':{'type':'url','url':'u'}},"
                + "{'type':'tool_reference','tool_name':'n'}]},"
                + "{'type':'tool_result','tool_use_id':'c2','is_error':true,'content':'no'},"
                + "{'type':'text','text':'go on'}]}]");
    String expected =
        "[{'role':'user','content':'q'},"
            + "{'role':'assistant','content':null,'reasoning_content':'t','tool_calls':["
            + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{\\\"a\\\": 1}'}},"
            + "{'id':'c2','type':'function','function':{'name':'g','arguments':'{}'}}]},"
            + "{'role':'tool','content':'x\\n{\\\"type\\\":\\\"tool_reference\\\",\\\"tool_name\\\":\\\"n\\\"}',"
            + "'tool_call_id':'c1'},"
            + "{'role':'tool','content':'Error: no','tool_call_id':'c2'},"
            + "{'role':'user','content':[{'type':'image_url','image_url':{'url':'u'}},"
            + "{'type':'text','text':'go on'}]}]";
    assertEquals(json(expected), sent(request).path("messages"));
  }

  @Test
  void thoughts_areSentInTheRoundWhoseResultsCome_andElseWhereThatIsSet() throws Exception {
    String answer =
        "{'role':'assistant','content':[{'type':'thinking','thinking':'t'},{'type':'text','text':'b'}]}";
    MessagesRequest request =
        request(
            "'max_tokens':5,'messages':[{'role':'user','content':'a'},"
                + answer
                + ",{'role':'user','content':'c'}]");
    assertEquals(json("{'role':'assistant','content':'b'}"), sent(request).at("/messages/1"));
    JsonNode with = JSON.readTree(request.bodyWith(List.of(), null, true));
    assertEquals("t", with.at("/messages/1/reasoning_content").asText());
  }

  @Test
  void systemPrompt_isTheFirstMessage_withoutWhatIsOnlyForBilling() throws Exception {
    MessagesRequest request =
        request(
            "'max_tokens':5,'system':[{'type':'text','text':'x-anthropic-billing-header: cch=1;'},"
                + "{'type':'text','text':'A','cache_control':{'type':'ephemeral'}},"
                + "{'type':'text','text':'B'}],"
                + HI);
    assertEquals("system", request.messages().get(0).role());
    assertEquals("A\nB", sent(request).at("/messages/0/content").asText());
    JsonNode stored =
        JSON.readTree(
            request.bodyWith(
                List.of(Message.of("user", "before")), Message.of("system", "S"), false));
    assertEquals(
        json(
            "[{'role':'system','content':'S'},{'role':'user','content':'before'},"
                + "{'role':'user','content':'Hi'}]"),
        stored.path("messages"));
  }

  @Test
  void whatAnAgentSaysFirst_isAMessageOfItsOwn_andIsSentWithItsUsers() throws Exception {
    MessagesRequest request =
        request(
            "'max_tokens':5,'messages':[{'role':'user','content':["
                + "{'type':'text','text':'<system-reminder>x</system-reminder>'},"
                + "{'type':'text','text':'Hi'}]}]");
    assertEquals(
        List.of("<system-reminder>x</system-reminder>", "Hi"),
        request.messages().stream().map(Message::text).toList());
    assertEquals(
        "<system-reminder>x</system-reminder>\nHi",
        sent(request).at("/messages/0/content").asText());
    assertEquals(1, sent(request).path("messages").size());
  }

  @Test
  void toolsOfOtherTypes_areLeftOut_andNamed() throws Exception {
    MessagesRequest request =
        request(
            "'max_tokens':5,'tools':[{'type':'web_search_20250305','name':'web_search'},"
                + "{'name':'f'},{'type':'bash_20250124','name':'bash'}],"
                + HI);
    assertEquals(List.of("web_search_20250305", "bash_20250124"), request.leftOut());
    assertEquals(1, sent(request).path("tools").size());
  }

  @Test
  void toolsOfManyTypes_areNamedAsFarAsAHeaderHasRoom() throws Exception {
    String tools =
        IntStream.range(0, 1000)
            .mapToObj(i -> "{'type':'tool_" + i + "','name':'n'}")
            .collect(Collectors.joining(","));
    MessagesRequest request = request("'max_tokens':5,'tools':[" + tools + "]," + HI);
    assertEquals(16, request.leftOut().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        HI + "|max_tokens",
        "'max_tokens':0," + HI + "|max_tokens",
        "'max_tokens':'5'," + HI + "|max_tokens",
        "'max_tokens':5|messages",
        "'max_tokens':5,'messages':[]|messages",
        "'max_tokens':5,'messages':{}|messages",
        "'max_tokens':5,'messages':[1]|messages[0]",
        "'max_tokens':5,'messages':[{'role':'tool','content':'x'}]|messages[0].role",
        "'max_tokens':5,'messages':[{'role':'user'}]|messages[0].content",
        "'max_tokens':5,'messages':[{'role':'user','content':5}]|messages[0].content",
        "'max_tokens':5,'messages':[{'role':'user','content':['x']}]|messages[0].content[0]",
        "'max_tokens':5,'messages':[{'role':'user','content':[{'text':'x'}]}]|messages[0].content[0].type",
        "'max_tokens':5,'messages':[{'role':'user','content':[{'type':'video'}]}]|messages[0].content[0].type",
        "'max_tokens':5,'messages':[{'role':'user','content':[{'type':'image','source':{'type':'file','file_id':'x'}}]}]|messages[0].content[0].source.type",
        "'max_tokens':5,'messages':[{'role':'user','content':[{'type':'image'}]}]|messages[0].content[0].source",
        "'max_tokens':5,'messages':[{'role':'user','content':[{'type':'document','source':{'type':'url','url':'x'}}]}]|messages[0].content[0].source.type",
        "'max_tokens':5,'messages':[{'role':'user','content':[{'type':'document','source':{'type':'base64','media_type':'text/x','data':''}}]}]|messages[0].content[0].source.media_type",
        "'max_tokens':5,'messages':[{'role':'user','content':[{'type':'tool_result'}]}]|messages[0].content[0].tool_use_id",
        "'max_tokens':5,'messages':[{'role':'assistant','content':[{'type':'tool_use','id':'i','name':'f','input':'x'}]}]|messages[0].content[0].input",
        "'max_tokens':5,'system':[{'type':'image'}]," + HI + "|system[0].type",
        "'max_tokens':5,'tools':[{'description':'d'}]," + HI + "|tools[0].name",
        "'max_tokens':5,'tools':[{'type':'a\\r\\nX: y','name':'n'}]," + HI + "|tools[0].type",
        "'max_tokens':5,'tool_choice':{'type':'any'}," + HI + "|tool_choice",
        "'max_tokens':5,'tools':[{'type':'web_search_20250305','name':'w'}],'tool_choice':{'type':'tool','name':'w'},"
            + HI
            + "|tool_choice.name",
        "'max_tokens':5,'tools':[{'name':'f'}],'tool_choice':{'type':'some'},"
            + HI
            + "|tool_choice.type",
        "'max_tokens':5,'temperature':'x'," + HI + "|temperature",
        "'max_tokens':5,'stop_sequences':[1]," + HI + "|stop_sequences[0]",
      })
  void whatCannotBeAsked_isRefusedWithItsPlace(String fields, String param) {
    InvalidRequestException refused =
        assertThrows(InvalidRequestException.class, () -> request(fields));
    assertEquals(400, refused.error().status());
    assertEquals(param, refused.error().param());
  }

  @Test
  void tokens_areCountedOfMessagesAndTools_withoutALimit() throws Exception {
    byte[] body =
        ("{" + (HI + ",'tools':[{'name':'abcdefgh'}]").replace('\'', '"') + "}").getBytes(UTF_8);
    // 2 of the text and 16 of the layout, and the JSON of the tool.
    assertEquals((18 + 49 + 3) / 4, MessagesRequest.parseToCount(body).tokens(false));
  }
}
