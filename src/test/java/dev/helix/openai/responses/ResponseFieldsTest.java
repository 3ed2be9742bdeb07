package dev.helix.openai.responses;

import static dev.helix.openai.responses.Requests.message;
import static dev.helix.openai.responses.Requests.parse;
import static dev.helix.openai.responses.Requests.sent;
import static dev.helix.openai.responses.Requests.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.text.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each field of a request: what a chat backend is sent of it, and what the response tells. */
class ResponseFieldsTest {
  private static final String SCHEMA =
      "'name':'n','schema':{'type':'object'},'strict':true,'description':'d'";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'temperature':0.70 | ,'temperature':0.70 | 'temperature':0.7",
        "'temperature':2 | ,'temperature':2 | 'temperature':2",
        "'temperature':null | `` | 'temperature':1",
        "'top_p':0.5 | ,'top_p':0.5 | 'top_p':0.5",
        "'presence_penalty':-1 | ,'presence_penalty':-1 | 'presence_penalty':-1",
        "'frequency_penalty':1.5 | ,'frequency_penalty':1.5 | 'frequency_penalty':1.5",
        "'max_output_tokens':16 | ,'max_completion_tokens':16 | 'max_output_tokens':16",
        "'max_tokens':5,'max_output_tokens':16 | ,'max_completion_tokens':16 | 'max_output_tokens':16",
        "'max_tokens':5 | ,'max_tokens':5 | 'max_output_tokens':null",
        "'service_tier':'flex' | ,'service_tier':'flex' | 'service_tier':'flex'",
        "'service_tier':'auto' | ,'service_tier':'auto' | 'service_tier':'default'",
        "'safety_identifier':'s' | ,'safety_identifier':'s' | 'safety_identifier':'s'",
        "'prompt_cache_key':'k' | ,'prompt_cache_key':'k' | 'prompt_cache_key':'k'",
        "'user':'u' | ,'user':'u' | 'user':'u'",
        "'metadata':{'a':'1'} | `` | 'metadata':{'a':'1'}",
        "'reasoning':{'effort':'low'} | ,'reasoning_effort':'low' | 'reasoning':{'effort':'low','summary':null}",
        "'reasoning':{'summary':'auto'} | `` | 'reasoning':{'effort':null,'summary':'auto'}",
        "'reasoning':{'effort':'low'},'reasoning_effort':'high' | ,'reasoning_effort':'low' | 'reasoning':{'effort':'low','summary':null}",
        "'text':{'verbosity':'low'} | ,'verbosity':'low' | 'text':{'format':{'type':'text'},'verbosity':'low'}",
        "'text':{'format':{'type':'text'}} | `` | 'text':{'format':{'type':'text'}}",
        "'text':{'format':{'type':'json_object'}} | ,'response_format':{'type':'json_object'} | 'text':{'format':{'type':'json_object'}}",
        "'text':{'format':{'type':'json_schema',SCHEMA}} | ,'response_format':{'type':'json_schema','json_schema':{SCHEMA}} | 'text':{'format':{'type':'json_schema',SCHEMA}}",
        "'text':{'format':{'type':'json_schema','schema':{},'name':'n','strict':null}} | ,'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':{}}} | 'text':{'format':{'type':'json_schema','schema':{},'name':'n','strict':null}}",
        "'text':{'format':{'type':'json_object'}},'response_format':{'type':'text'} | ,'response_format':{'type':'json_object'} | 'text':{'format':{'type':'json_object'}}",
        "'top_logprobs':3 | ,'logprobs':true,'top_logprobs':3 | 'top_logprobs':3",
        "'top_logprobs':0 | `` | 'top_logprobs':0",
        "'include':['message.output_text.logprobs'] | ,'logprobs':true | 'top_logprobs':0",
        "'include':['reasoning.encrypted_content'] | `` | 'top_logprobs':0",
        "'stream':true | ,'stream':true,'stream_options':{'include_usage':true} | 'store':true",
        "'stream':'True','stream_options':{'include_obfuscation':false} | ,'stream':true,'stream_options':{'include_usage':true} | 'store':true",
        "'stream':false,'stream_options':{'include_usage':true} | `` | 'store':true",
        "'store':false | `` | 'store':false",
        "'background':true | ,'stream':true,'stream_options':{'include_usage':true} | 'background':true",
        "'truncation':'auto' | `` | 'truncation':'auto'",
        "'max_tool_calls':1 | `` | 'max_tool_calls':1",
        "'parallel_tool_calls':false | `` | 'parallel_tool_calls':false",
        "'previous_response_id':'resp_1' | `` | 'previous_response_id':'resp_1'",
        "'previous_response_id':'' | `` | 'previous_response_id':null",
        "'conversation':'c' | `` | 'conversation':{'id':'c'}",
        "'conversation':{'id':'c'} | `` | 'conversation':{'id':'c'}",
        "'n':2 | `` | 'top_p':1",
        "'seed': 7 ,'stop':['a', 'b'],'x':{'y' : 1e400} | ,'seed':7,'stop':['a', 'b'],'x':{'y' : 1e400} | 'user':null",
        "'messages':null | `` | 'instructions':null",
      })
  void field(String field, String sent, String told) throws Exception {
    ResponseRequest request =
        parse("{'model':'m','input':'Hi'," + field.replace("SCHEMA", SCHEMA) + "}");
    assertEquals(
        "{'model':'m','messages':[{'role':'user','content':'Hi'}]"
            + sent.replace("SCHEMA", SCHEMA)
            + "}",
        sent(request));
    String asked = Json.MAPPER.writeValueAsString(request.asked()).replace('"', '\'');
    assertTrue(asked.contains(told.replace("SCHEMA", SCHEMA)), asked);
  }

  @Test
  void whatIsNotAsked_isToldWithWhatHolds() throws Exception {
    ResponseRequest request = parse("{'model':'m','input':'Hi'}");
    assertEquals(
        "{'background':false,'conversation':null,'instructions':null,'max_output_tokens':null,"
            + "'max_tool_calls':null,'metadata':{},'model':'m','parallel_tool_calls':true,"
            + "'previous_response_id':null,'presence_penalty':0,'frequency_penalty':0,"
            + "'prompt_cache_key':null,'reasoning':null,'safety_identifier':null,"
            + "'service_tier':'default','store':true,'temperature':1,"
            + "'text':{'format':{'type':'text'}},'tool_choice':'auto','tools':[],"
            + "'top_logprobs':0,'top_p':1,'truncation':'disabled','user':null}",
        Json.MAPPER.writeValueAsString(request.asked()).replace('"', '\''));
    assertFalse(request.stream());
    assertTrue(request.store());
    assertFalse(request.background());
    assertTrue(request.isPlain());
    assertNull(request.previousResponseId());
    assertNull(request.conversation());
  }

  @Test
  void stateIsRead() throws Exception {
    ResponseRequest request =
        parse("{'model':'m','input':'','stream':1,'store':'false','conversation':{'id':'c'}}");
    assertTrue(request.stream());
    assertFalse(request.store());
    assertEquals("c", request.conversation());
    assertEquals(List.of(), request.messages());
    assertEquals("r", parse("{'input':[ ],'previous_response_id':'r'}").previousResponseId());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"{'input':'Hi'}", "{'input':'Hi','model':null}", "{'model':'','input':'Hi'}"})
  void withoutAModel_oneCanBeGiven(String body) throws Exception {
    ResponseRequest request = parse(body);
    assertFalse(request.namesModel());
    assertEquals("{'messages':[{'role':'user','content':'Hi'}]}", sent(request));
    assertNull(request.asked().get("model"));
    ResponseRequest named = request.withModel("a \\ b");
    assertTrue(named.namesModel());
    assertEquals("{'model':'a \\\\ b','messages':[{'role':'user','content':'Hi'}]}", sent(named));
    assertEquals("a \\ b", named.asked().get("model"));
  }

  @Test
  void instructions_comeFirst_andStandForTheStoredSystemMessage() throws Exception {
    List<Message> history = List.of(Message.of("user", "Q"), Message.of("assistant", "A"));
    Message system = Message.of("system", "S");
    String told = "{'role':'user','content':'Q'},{'role':'assistant','content':'A'}";
    String input = "'input':[{'role':'developer','content':'D'},{'role':'user','content':'Hi'}]";
    String own = "{'role':'developer','content':'D'}";
    String hi = ",{'role':'user','content':'Hi'}]}";
    assertEquals(
        "{'messages':[{'role':'system','content':'I'}," + own + "," + told + hi,
        text(parse("{'instructions':'I'," + input + "}").bodyWith(history, system, false)));
    assertEquals(
        "{'messages':[{'role':'system','content':'S'}," + own + "," + told + hi,
        text(parse("{'instructions':''," + input + "}").bodyWith(history, system, false)));
    assertEquals(
        "{'messages':[" + told + hi, text(parse("{'input':'Hi'}").bodyWith(history, null, false)));
    assertEquals(
        "{'messages':[{'role':'system','content':'I'}]}",
        sent(parse("{'instructions':'I','input':'','conversation':'c'}")));
    assertEquals("I", parse("{'instructions':'I','input':'Hi'}").asked().get("instructions"));
    assertEquals(1, parse("{'instructions':'I','input':'Hi'}").messages().size());
  }

  @Test
  void thoughts_areSentWhereTheyAreWanted_andInTheRoundWhoseResultsCome() throws Exception {
    String thought = "{'role':'assistant','content':'A','reasoning_content':'T'}";
    List<Message> history = List.of(Message.of("user", "Q"), message(thought));
    ResponseRequest next = parse("{'input':'Hi'}");
    assertFalse(text(next.bodyWith(history, null, false)).contains("'T'"));
    assertTrue(text(next.bodyWith(history, null, true)).contains("'T'"));
    ResponseRequest results =
        parse("{'input':[{'type':'function_call_output','call_id':'c','output':'R'}]}");
    assertTrue(results.beginsWithResult());
    assertTrue(text(results.bodyWith(history, null, false)).contains("'T'"));
    String round =
        "{'type':'reasoning','summary':[{'type':'summary_text','text':'OLD'}]},"
            + "{'role':'assistant','content':'A'},{'role':'user','content':'Q'},"
            + "{'type':'reasoning','summary':[],'content':[{'type':'reasoning_text','text':'NEW'}]},"
            + "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'},"
            + "{'type':'function_call_output','call_id':'c','output':"
            + "[{'type':'input_image','image_url':'u'}]}";
    ResponseRequest resent = parse("{'input':[" + round + "]}");
    assertEquals(
        "{'messages':[{'role':'assistant','content':'A'},{'role':'user','content':'Q'},"
            + "{'role':'assistant','content':null,'reasoning_content':'NEW','tool_calls':"
            + "[{'id':'c','type':'function','function':{'name':'f','arguments':'{}'}}]},"
            + "{'role':'tool','content':'','tool_call_id':'c'},"
            + "{'role':'user','content':[{'type':'image_url','image_url':{'url':'u'}}]}]}",
        sent(resent));
    assertTrue(text(resent.bodyWith(List.of(), null, true)).contains("'OLD'"));
  }
}
