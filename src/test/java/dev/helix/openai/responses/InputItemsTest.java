package dev.helix.openai.responses;

import static dev.helix.openai.responses.Requests.parse;
import static dev.helix.openai.responses.Requests.sent;
import static dev.helix.openai.responses.Requests.wire;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of item, as the chat messages that are made of it. */
class InputItemsTest {
  private static final String CALL = "'type':'function_call','call_id':'#','name':'f'";
  private static final String OUT = "'type':'function_call_output','call_id':'#'";

  /** What stands for items and messages that come often; the digit is the call's id. */
  private static String written(String text) {
    return text.replaceAll("CALL(\\d)", "{" + CALL.replace("#", "$1") + ",'arguments':'{}'}")
        .replaceAll("OUT(\\d)", "{" + OUT.replace("#", "$1") + ",'output':'R$1'}")
        .replaceAll("ASK(\\d)", "{'role':'user','content':'Q$1'}")
        .replaceAll("SAY(\\d)", "{'role':'assistant','content':'A$1'}")
        .replaceAll("RESULT(\\d)", "{'role':'tool','content':'R$1','tool_call_id':'$1'}")
        .replaceAll("ANSWER\\((.*?)\\)", "{'role':'assistant','content':$1]}")
        .replaceAll("MUTE\\[", "null,'tool_calls':[")
        .replaceAll(
            "DONE(\\d)", "{'id':'$1','type':'function','function':{'name':'f','arguments':'{}'}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'role':'user','content':'é \\n'} | {'role':'user','content':'é \\n'}",
        "{'type':'message','role':'user','content':'a'} | {'role':'user','content':'a'}",
        "{'type':null,'role':'system','content':'a','id':'i','status':'completed'} |"
            + " {'role':'system','content':'a'}",
        "{'role':'developer','content':'a'} | {'role':'developer','content':'a'}",
        "{'role':'user','content':[]} | {'role':'user','content':''}",
        "{'role':'user','content':[{'type':'input_text','text':'a'}]} |"
            + " {'role':'user','content':'a'}",
        "{'role':'user','content':[{'type':'text','text':'a'},{'text':'b'},'c',null]} |"
            + " {'role':'user','content':'a\\n"
            + "b\\n"
            + "c'}",
        "{'role':'user','content':{'type':'input_text','text':'a'}} |"
            + " {'role':'user','content':'a'}",
        "{'role':'assistant','content':[{'type':'output_text','text':'a','annotations':[],'logprobs':[]}],'phase':'final_answer'}"
            + " | {'role':'assistant','content':'a','phase':'final_answer'}",
        "{'role':'assistant','content':[{'type':'refusal','refusal':'no'}]} |"
            + " {'role':'assistant','content':'no'}",
        "{'role':'assistant','content':null} | {'role':'assistant','content':''}",
        "{'role':'user','content':[{'type':'input_text','text':'a'},{'type':'input_image','image_url':'data:x','detail':'low'}]}"
            + " | {'role':'user','content':[{'type':'text','text':'a'},{'type':'image_url','image_url':{'url':'data:x','detail':'low'}}]}",
        "{'role':'user','content':[{'type':'input_image','image_url':'u','file_id':null,'detail':null}]}"
            + " | {'role':'user','content':[{'type':'image_url','image_url':{'url':'u'}}]}",
        "{'role':'user','content':[{'type':'input_image','image_url':{'url':'u'}}]} |"
            + " {'role':'user','content':[{'type':'image_url','image_url':{'url':'u'}}]}",
        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'u'}}]} |"
            + " {'role':'user','content':[{'type':'image_url','image_url':{'url':'u'}}]}",
        "{'role':'user','content':[{'type':'input_file','filename':'a','file_data':'d','file_url':null}]}"
            + " | {'role':'user','content':[{'type':'file','file':{'filename':'a','file_data':'d'}}]}",
        "{'role':'user','content':[{'type':'input_file','file_data':'d'}]} |"
            + " {'role':'user','content':[{'type':'file','file':{'file_data':'d'}}]}",
        "{'role':'user','content':[{'type':'input_audio','input_audio':{'data':'d','format':'wav'}}]}"
            + " | {'role':'user','content':[{'type':'input_audio','input_audio':{'data':'d','format':'wav'}}]}",
      })
  void message(String item, String message) throws Exception {
    assertEquals(message, wire(parse("{'input':[" + item + "]}").messages()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ASK1,CALL1,OUT1 | ASK1 ANSWER(MUTE[DONE1) RESULT1",
        "CALL1,CALL2,OUT1,OUT2 | ANSWER(MUTE[DONE1,DONE2) RESULT1 RESULT2",
        "CALL1,CALL2,OUT2,OUT1 | ANSWER(MUTE[DONE1,DONE2) RESULT2 RESULT1",
        "SAY1,CALL1,OUT1 | ANSWER('A1','tool_calls':[DONE1) RESULT1",
        "CALL1,OUT1,CALL2,OUT2 | ANSWER(MUTE[DONE1) RESULT1 ANSWER(MUTE[DONE2) RESULT2",
        "CALL1,SAY1,OUT1 | ANSWER(MUTE[DONE1) RESULT1 SAY1",
        "CALL1,SAY1,CALL2,OUT1,OUT2 | ANSWER(MUTE[DONE1) RESULT1 ANSWER('A1','tool_calls':[DONE2)"
            + " RESULT2",
        "CALL1,CALL2,OUT1,CALL3,OUT2,OUT3 | ANSWER(MUTE[DONE1,DONE2) RESULT1 RESULT2"
            + " ANSWER(MUTE[DONE3) RESULT3",
        "CALL1,ASK1,OUT1 | ANSWER(MUTE[DONE1) RESULT1 ASK1",
        "OUT1,CALL1 | ANSWER(MUTE[DONE1) RESULT1",
        "CALL1,OUT1,CALL1,OUT1 | ANSWER(MUTE[DONE1) RESULT1 ANSWER(MUTE[DONE1) RESULT1",
        "ASK1,OUT1 | RESULT1 ASK1",
        "OUT1,ASK1,CALL2,OUT2 | RESULT1 ASK1 ANSWER(MUTE[DONE2) RESULT2",
        "SAY1,SAY2 | SAY1 SAY2",
        "CALL1,{'type':'web_search_call','id':'w'},CALL2,OUT1,OUT2 | ANSWER(MUTE[DONE1,DONE2)"
            + " RESULT1 RESULT2",
      })
  void calls_areOneMessage_withTheirResultsBehindThem(String items, String messages)
      throws Exception {
    assertEquals(written(messages), wire(parse("{'input':[" + written(items) + "]}").messages()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'arguments':'{\\u0022a\\u0022:1}' | '{\\u0022a\\u0022:1}'",
        "'arguments':{'a':1} | '{\\'a\\':1}'",
        "'arguments':null | '{}'",
        "'id':'fc_1','status':'completed','arguments':'' | ''",
      })
  void argumentsOfACall(String field, String arguments) throws Exception {
    String sent = wire(parse("{'input':[{" + CALL + "," + field + "}]}").messages());
    assertTrue(sent.contains("'arguments':" + arguments + "}"), sent);
  }

  @Test
  void callInANamespace_hasBothNames() throws Exception {
    String item = "{" + CALL + ",'namespace':'ns','arguments':'{}'}";
    String sent = wire(parse("{'input':[" + item + "]}").messages());
    assertTrue(sent.contains("'name':'ns__f'"), sent);
  }

  @Test
  void customCall_isAFunctionWithOneArgument() throws Exception {
    String items =
        "{'type':'custom_tool_call','call_id':'c','name':'patch','input':'a\\nb'},"
            + "{'type':'custom_tool_call_output','call_id':'c','output':'done'}";
    assertEquals(
        "{'role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':"
            + "{'name':'patch','arguments':'{\\'input\\':\\'a\\\\nb\\'}'}}]}"
            + " {'role':'tool','content':'done','tool_call_id':'c'}",
        wire(parse("{'input':[" + items + "]}").messages()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'a' | 'a'",
        "[{'type':'input_text','text':'a'},{'type':'output_text','text':'b'}] | 'a\\nb'",
        "[] | ''",
        "{'sum':3} | '{\\'sum\\':3}'",
        "42 | '42'",
        "true | 'true'",
      })
  void outputOfAnyKind_isText(String output, String content) throws Exception {
    assertEquals(
        "{'role':'tool','content':" + content + ",'tool_call_id':'#'}",
        wire(parse("{'input':[{" + OUT + ",'output':" + output + "}]}").messages()));
  }

  @Test
  void imagesOfOutputs_comeFromTheUserBehindAllResults() throws Exception {
    String image = "{'type':'input_image','image_url':'u#'}";
    String out = "{" + OUT + ",'output':[{'type':'input_text','text':'t#'}," + image + "]}";
    String items = "CALL1,CALL2," + out.replace('#', '1') + "," + out.replace('#', '2') + ",ASK3";
    String sent = wire(parse("{'input':[" + written(items) + "]}").messages());
    assertTrue(
        sent.endsWith(
            " {'role':'tool','content':'t1','tool_call_id':'1'}"
                + " {'role':'tool','content':'t2','tool_call_id':'2'}"
                + " {'role':'user','content':[{'type':'image_url','image_url':{'url':'u1'}},"
                + "{'type':'image_url','image_url':{'url':'u2'}}]}"
                + " {'role':'user','content':'Q3'}"),
        sent);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'summary':[{'type':'summary_text','text':'a'},{'type':'summary_text','text':'b'}] |"
            + " ,'reasoning_content':'a\\n"
            + "b'",
        "'summary':[{'type':'summary_text','text':'a'}],'content':[{'type':'reasoning_text','text':'c'}]"
            + " | ,'reasoning_content':'c'",
        "'summary':[],'encrypted_content':null | ``",
        "'summary':[{'type':'summary_text','text':'a'}],'encrypted_content':'' |"
            + " ,'reasoning_content':'a'",
        "'summary':'x','content':[7,{'type':9},{'text':null}] | ``",
      })
  void reasoning_goesWithTheNextAnswer_whateverItSays(String fields, String added)
      throws Exception {
    String reasoning = "{'type':'reasoning','id':'rs_1'," + fields + "}";
    assertEquals(
        "{'role':'assistant','content':'A'" + added + "}",
        wire(parse("{'input':[" + reasoning + ",{'role':'assistant','content':'A'}]}").messages()));
    assertEquals(
        "{'role':'user','content':'Q'} {'role':'assistant','content':'A'}",
        wire(
            parse(
                    "{'input':["
                        + reasoning
                        + ",{'role':'user','content':'Q'},{'role':'assistant','content':'A'}]}")
                .messages()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web_search_call",
        "file_search_call",
        "computer_call",
        "computer_call_output",
        "image_generation_call",
        "code_interpreter_call",
        "local_shell_call",
        "local_shell_call_output",
        "shell_call",
        "shell_call_output",
        "apply_patch_call",
        "apply_patch_call_output",
        "mcp_list_tools",
        "mcp_approval_request",
        "mcp_approval_response",
        "mcp_call",
        "tool_search_call",
        "tool_search_output"
      })
  void itemsOfHostedTools_arePassedOver(String type) throws Exception {
    String item = "{'type':'" + type + "','id':'x','action':{'type':'search'},'call_id':9}";
    ResponseRequest request = parse("{'input':[" + item + ",{'role':'user','content':'Q'}]}");
    assertEquals("{'role':'user','content':'Q'}", wire(request.messages()));
    assertEquals(List.of(), parse("{'input':[" + item + "]}").messages());
  }

  @Test
  void whatIsKeptWithAMessage_isNotSent() throws Exception {
    String item = "{'role':'assistant','content':'A','phase':'commentary'}";
    assertFalse(sent(parse("{'input':[" + item + "]}")).contains("phase"));
  }

  @Test
  void loneSurrogatesAndEscapes_stayAsTheyCame() throws Exception {
    String text = "\\ud800 \\u00e9 \\/ \\u0027";
    assertEquals(
        "{'messages':[{'role':'user','content':'" + text + "'}]}",
        sent(parse("{'input':'" + text + "'}")));
    assertEquals(
        "{'messages':[{'role':'user','content':'" + text + "\\n" + text + "'}]}",
        sent(parse("{'input':[{'role':'user','content':['" + text + "','" + text + "']}]}")));
  }
}
