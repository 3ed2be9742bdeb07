package dev.helix.openai.responses;

import static dev.helix.openai.responses.Requests.parse;
import static dev.helix.openai.responses.Requests.sent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.text.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tools, and which of them may be called: what is sent, what is told, what is left out. */
class ResponseToolsTest {
  private static final String F = "{'type':'function','name':'f'}";
  private static final String G = "{'type':'function','name':'g'}";
  private static final String SENT_F = "{'type':'function','function':{'name':'f'}}";
  private static final String SENT_G = "{'type':'function','function':{'name':'g'}}";
  private static final String SPACE =
      "{'type':'namespace','name':'ns','description':'d','tools':[{'type':'function','name':'f'},"
          + "{'type':'custom','name':'c'}]}";
  private static final String ARGUMENT =
      "'parameters':{'type':'object','properties':{'input':{'type':'string'#}},"
          + "'required':['input']}";
  private static final String SENT_SPACE =
      "{'type':'function','function':{'name':'ns__f'}},{'type':'function','function':{'name':"
          + "'ns__c',"
          + ARGUMENT.replace("#", "")
          + "}}";

  private static String of(String text) {
    return text.replace("SENT_F", SENT_F)
        .replace("SENT_G", SENT_G)
        .replace("SENT_SPACE", SENT_SPACE)
        .replace("SPACE", SPACE)
        .replaceAll("\\bF\\b", F)
        .replaceAll("\\bG\\b", G);
  }

  private static ResponseRequest request(String fields) throws Exception {
    return parse("{'input':'Hi'," + of(fields) + "}");
  }

  private static String added(ResponseRequest request) {
    return sent(request).replace("{'messages':[{'role':'user','content':'Hi'}]", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "F | {'name':'f'}",
        "{'type':'function','name':'f','description':'d','parameters':{'type' : 'object'},'strict':true} | {'name':'f','description':'d','parameters':{'type' : 'object'},'strict':true}",
        "{'type':'function','name':'f','description':null,'parameters':null,'strict':null} | {'name':'f'}",
        "{'strict':false,'type':'function','function':{'name':'f','parameters':{},'strict':false}} | {'name':'f','parameters':{},'strict':false}",
        "{'type':'custom','name':'c','description':'d','format':{'type':'text'}} | {'name':'c','description':'d',ARGUMENT}",
        "{'type':'custom','name':'c','format':{'type':'grammar','syntax':'lark','definition':'start: x'}} | {'name':'c',GRAMMAR}",
      })
  void tool_isSentAsAFunction(String tool, String function) throws Exception {
    String grammar = ",'description':'In this grammar (lark):\\nstart: x'";
    assertEquals(
        ",'tools':[{'type':'function','function':"
            + function
                .replace("ARGUMENT", ARGUMENT.replace("#", ""))
                .replace("GRAMMAR", ARGUMENT.replace("#", grammar))
            + "}]}",
        added(request("'tools':[" + tool + "]")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "F | {'type':'function','name':'f','description':null,'parameters':null,'strict':null}",
        "{'type':'function','function':{'name':'f','parameters':{'a':[1,2.5]}}} | {'type':'function','name':'f','description':null,'parameters':{'a':[1,2.5]},'strict':null}",
        "{'type':'custom','name':'c','format':{'type':'text'}} | {'type':'custom','name':'c','format':{'type':'text'}}",
        "SPACE | SPACE",
        "{'type':'web_search','filters':null} | {'type':'web_search','filters':null}",
      })
  void tool_isToldAgain(String tool, String told) throws Exception {
    ResponseRequest request = request("'tools':[" + tool + "]");
    assertEquals(
        "[" + of(told) + "]",
        Json.MAPPER.writeValueAsString(request.asked().get("tools")).replace('"', '\''));
  }

  @Test
  void namespace_isFlattened() throws Exception {
    assertEquals(
        ",'tools':[" + SENT_F + "," + SENT_SPACE + "]}", added(request("'tools':[F,SPACE]")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "web_search | web_search",
        "web_search_2025_08_26 | web_search",
        "web_search_preview | web_search_preview",
        "web_search_preview_2025_03_11 | web_search_preview",
        "image_generation | image_generation",
        "tool_search | tool_search",
        "local_shell | local_shell",
        "shell | shell",
        "apply_patch | apply_patch",
      })
  void toolThatClientsSendByDefault_isLeftOut_andSaidSo(String type, String kind) throws Exception {
    String tool = "{'type':'" + type + "'}";
    ResponseRequest request = request("'tools':[" + tool + ",F," + tool + "]");
    assertEquals(",'tools':[" + SENT_F + "]}", added(request));
    assertEquals(List.of(kind), request.leftOut());
    assertTrue(request.asked().get("tools").toString().contains(type));
    ResponseRequest none =
        request("'tools':[" + tool + "],'tool_choice':'auto','parallel_tool_calls':true");
    assertEquals("}", added(none));
    assertEquals(List.of(), request("'tools':[F]").leftOut());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'none' | SENT_F,SENT_G | 'none'",
        "'auto' | SENT_F,SENT_G | 'auto'",
        "'required' | SENT_F,SENT_G | 'required'",
        "{'type':'function','name':'g'} | SENT_F,SENT_G | {'type':'function','function':{'name':'g'}}",
        "{'type':'function','function':{'name':'g'}} | SENT_F,SENT_G | {'type':'function','function':{'name':'g'}}",
        "{'type':'custom','name':'g'} | SENT_F,SENT_G | {'type':'function','function':{'name':'g'}}",
        "{'type':'allowed_tools','mode':'auto','tools':[G]} | SENT_G | 'auto'",
        "{'type':'allowed_tools','mode':'required','tools':[G,F,G]} | SENT_F,SENT_G | 'required'",
        "{'type':'allowed_tools','mode':'required','tools':[F,{'type':'web_search'},{'type':'mcp','server_label':'x'}]} | SENT_F | 'required'",
        "{'type':'allowed_tools','allowed_tools':{'mode':'auto','tools':[{'type':'function','function':{'name':'f'}}]}} | SENT_F | 'auto'",
      })
  void choice(String choice, String tools, String sent) throws Exception {
    ResponseRequest request = request("'tools':[F,G],'tool_choice':" + choice);
    assertEquals(",'tools':[" + of(tools) + "],'tool_choice':" + sent + "}", added(request));
    assertEquals(
        of(choice),
        Json.MAPPER.writeValueAsString(request.asked().get("tool_choice")).replace('"', '\''));
  }

  @Test
  void choiceOfAToolInANamespace() throws Exception {
    String tools = "'tools':[F,SPACE],'tool_choice':";
    assertTrue(
        added(request(tools + "{'type':'function','namespace':'ns','name':'f'}"))
            .endsWith(",'tool_choice':{'type':'function','function':{'name':'ns__f'}}}"));
    String allowed = "{'type':'allowed_tools','mode':'auto','tools':[";
    assertEquals(
        ",'tools':[" + SENT_SPACE + "],'tool_choice':'auto'}",
        added(request(tools + allowed + "{'type':'namespace','name':'ns'}]}")));
    assertEquals(
        ",'tools':[{'type':'function','function':{'name':'ns__f'}}],'tool_choice':'auto'}",
        added(request(tools + allowed + "{'type':'function','namespace':'ns','name':'f'}]}")));
  }

  @Test
  void allowedToolsOfWhichNoneIsLeft_leaveNone() throws Exception {
    String choice = "{'type':'allowed_tools','mode':'auto','tools':[{'type':'web_search'}]}";
    assertEquals("}", added(request("'tools':[F],'tool_choice':" + choice)));
  }

  @Test
  void parallelCalls_areSaidOnlyWithTools() throws Exception {
    assertEquals(
        ",'tools':[" + SENT_F + "],'parallel_tool_calls':false}",
        added(request("'tools':[F],'parallel_tool_calls':0")));
    assertFalse(added(request("'parallel_tool_calls':false")).contains("parallel"));
  }
}
