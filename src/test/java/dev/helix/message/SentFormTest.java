package dev.helix.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a stored message a backend is sent. Apostrophes stand for quotation marks. */
class SentFormTest {
  private static final String CALLS = "[{'id':'c','function':{'name':'f'},'extra':{'x':1.0}}]";

  private static Message parse(String json) {
    return Message.parse(json.replace('\'', '"').getBytes(UTF_8));
  }

  private static String sent(String json, boolean reasoning) {
    return new String(parse(json).sentJson(reasoning), UTF_8).replace('"', '\'');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        // What backends take stays as it is, to the byte.
        "{ 'content' : 'a\\u0031' ,'role':'user'} | { 'content' : 'a\\u0031' ,'role':'user'}",
        "{'role':'assistant','content':''} | {'role':'assistant','content':''}",
        "{ 'role' : 'user', 'content':'a\\u0031', 'name':'n' } | {'role' :"
            + " 'user','content':'a\\u0031','name':'n'}",
        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:x'}}]} |"
            + " {'role':'user','content':[{'type':'image_url','image_url':{'url':'data:x'}}]}",
        "{'role':'tool','tool_call_id':'c','content':'R','name':'f'} |"
            + " {'role':'tool','tool_call_id':'c','content':'R','name':'f'}",
        "{'role':'assistant','function_call':{'name':'f','arguments':'{}'},'content':null} |"
            + " {'role':'assistant','function_call':{'name':'f','arguments':'{}'},'content':null}",
        // What only backends give does not go back.
        "{'role':'assistant','content':'A','refusal':null,'annotations':[],'audio':null,'function_call':null,'tool_calls':[]}"
            + " | {'role':'assistant','content':'A'}",
        "{'role':'assistant','content':'A','tool_calls':null,'name':null,'logprobs':{},'provider':'x','images':[1]}"
            + " | {'role':'assistant','content':'A'}",
        "{'role':'assistant','annotations':[{'url':'u'}],'content':'A','citations':['u']} |"
            + " {'role':'assistant','content':'A'}",
        "{'id':'m','parent_id':null,'status':'completed','role':'assistant','content':'A'} |"
            + " {'role':'assistant','content':'A'}",
        "{'role':'user','content':'Q','x':[1]} | {'role':'user','content':'Q'}",
        "{'role':'tool','content':'R','tool_call_id':null} | {'role':'tool','content':'R'}",
        // Words that stand elsewhere become the content, which is never missing where it must be.
        "{'role':'assistant','content':null,'refusal':'No.'} |"
            + " {'content':'No.','role':'assistant'}",
        "{'role':'assistant','content':'','refusal':'No.'} | {'content':'No.','role':'assistant'}",
        "{'role':'assistant','content':'A','refusal':'No.'} | {'role':'assistant','content':'A'}",
        "{'role':'assistant','content':null,'audio':{'id':'a','data':'xx','transcript':'Hi'}} |"
            + " {'content':'Hi','role':'assistant'}",
        "{'role':'assistant','reasoning':'why','content':null} | {'content':'','role':'assistant'}",
        "{'role':'assistant'} | {'content':'','role':'assistant'}",
        "{'role':'user','content':null} | {'role':'user','content':null}",
        // Reasoning is left out, of the content's parts too.
        "{'role':'assistant','content':'A','reasoning':'r','reasoning_content':'r','reasoning_details':[{'x':1}],'thinking':'r','thinking_blocks':[]}"
            + " | {'role':'assistant','content':'A'}",
        "{'role':'assistant','content':[{'type':'thinking','thinking':'r'},"
            + " {'type':'text','text':'A'},{'type':'redacted_thinking','data':'x'}]} |"
            + " {'content':[{'type':'text','text':'A'}],'role':'assistant'}",
        "{'role':'assistant','content':[{'thinking':[{'text':'r'}],'type':'thinking'}]} |"
            + " {'content':'','role':'assistant'}",
        "{'role':'user','content':[{'type':'thinking','thinking':'r'}]} |"
            + " {'role':'user','content':[{'type':'thinking','thinking':'r'}]}",
        // Contents of other forms than the API's say something too.
        "{'role':'assistant','content':[7,{'type':'thinking'}]} |"
            + " {'content':[7],'role':'assistant'}",
        "{'role':'assistant','content':['a\\u0031', {'type':'thinking'} ,null, true,-1.50e3 ,[1,"
            + " {}]]} | {'content':['a\\u0031',null,true,-1.50e3,[1, {}]],'role':'assistant'}",
        "{'role':'assistant','content':['A',7]} | {'role':'assistant','content':['A',7]}",
        "{'role':'assistant','content':{'type':'text','text':'A'},'refusal':'No.'} |"
            + " {'role':'assistant','content':{'type':'text','text':'A'}}",
        "{'role':'assistant','content':{'answer':'A'}} |"
            + " {'role':'assistant','content':{'answer':'A'}}",
        "{'role':'assistant','content':{'type':'thinking','thinking':'r'}} |"
            + " {'content':'','role':'assistant'}",
        "{'role':'assistant','content':7.50} | {'role':'assistant','content':7.50}",
        "{'role':'assistant','content':false} | {'role':'assistant','content':false}",
        "{'role':'assistant','content':'\\u0031'} | {'role':'assistant','content':'\\u0031'}",
        "{'role':'tool','tool_call_id':7,'content':{'a':1}} |"
            + " {'role':'tool','tool_call_id':7,'content':{'a':1}}",
        "{'role':'user','content':{'type':'text','text':'Q'}} |"
            + " {'role':'user','content':{'type':'text','text':'Q'}}",
      })
  void onlyWhatBackendsTake_isSent(String stored, String sent) {
    assertEquals(sent, sent(stored, false));
  }

  @Test
  void calls_areSentWithAllTheyHave_andNeedNoContent() {
    String call = "{'role':'assistant','content':null,'tool_calls':" + CALLS + "}";
    assertEquals(call, sent(call, false));
    assertEquals(
        "{'role':'assistant','tool_calls':" + CALLS + "}",
        sent("{'role':'assistant','refusal':null,'tool_calls':" + CALLS + "}", false));
    assertEquals(
        "{'content':null,'role':'assistant','tool_calls':" + CALLS + "}",
        sent(
            "{'role':'assistant','content':[{'type':'thinking'}],'tool_calls':" + CALLS + "}",
            false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'role':'assistant','content':'A','reasoning':'r','annotations':[]} |"
            + " {'role':'assistant','content':'A','reasoning':'r'}",
        "{'role':'assistant','reasoning_content':'r','reasoning':null,'content':'A'} |"
            + " {'role':'assistant','reasoning_content':'r','content':'A'}",
        "{'role':'assistant','content':'A','thinking_blocks':[{'thinking':'r'}]} |"
            + " {'role':'assistant','content':'A','thinking_blocks':[{'thinking':'r'}]}",
        "{'role':'assistant','content':[{'type':'thinking','thinking':'r'}]} |"
            + " {'role':'assistant','content':[{'type':'thinking','thinking':'r'}]}",
      })
  void reasoning_isSentWhereItIsAskedFor(String stored, String sent) {
    assertEquals(sent, sent(stored, true));
  }

  @Test
  void theElement_keepsAll() {
    Message message =
        parse("{'role':'assistant','content':null,'refusal':'No.','annotations':[],'x':1}")
            .as(ElementFields.node("n", null, Instant.parse("2026-01-05T12:34:56Z")));
    byte[] unused = message.sentJson(false);
    String element = new String(message.elementJson(), UTF_8);
    assertEquals(
        "\"role\":\"assistant\",\"content\":null,\"refusal\":\"No.\",\"annotations\":[],\"x\":1}",
        element.substring(element.indexOf("\"role\"")));
  }

  /** 16 for the role and the layout are not in the table. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'role':'user','content':'1234567'} | 7",
        "{'role':'user','content':'\\u00e4ü\\n'} | 3",
        "{'role':'user','content':null} | 0",
        "{'role':'user','content':'' } | 0",
        "{'role':'tool','content':12.5} | 4",
        "{'role':'user','content':['ab',{'type':'text','text':'c'},7]} | 4",
        "{'role':'user','content':{'type':'text','text':'1234'}} | 4",
        "{'role':'user','content':'12','name':'abc'} | 5",
        "{'role':'user','content':[{'type':'text','text':'1234'},{'type':'text','text':'5'}]} | 5",
        "{'role':'assistant','content':'12','reasoning':'12345','annotations':['1234']} | 2",
        "{'role':'assistant','content':null,'refusal':'No.'} | 3",
        "{'role':'assistant','tool_calls':[{'id':'c1','function':{'name':'f','arguments':'{}'}}]} |"
            + " 5",
      })
  void whatIsSent_isCounted(String stored, int characters) {
    assertEquals(16 + characters, parse(stored).sentCharacters(false));
  }

  @Test
  void anImage_countsTheSame_whateverItsSize() {
    String image = "{'type':'image_url','image_url':{'url':'data:" + "x".repeat(1 << 20) + "'}}";
    String text = "{'type':'text','text':'123'}";
    assertEquals(
        16 + 3 + 4000,
        parse("{'role':'user','content':[" + text + "," + image + "]}").sentCharacters(false));
    assertEquals(
        16 + 2 + 5,
        parse("{'role':'assistant','content':'12','reasoning':'12345'}").sentCharacters(true));
  }
}
