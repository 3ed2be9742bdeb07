package dev.helix.openai.responses;

import static dev.helix.openai.responses.Requests.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.ApiError;
import dev.helix.openai.request.RequestJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before anybody is asked, and in which words. */
class ResponseErrorsTest {
  private static void assertError(
      String body, int status, String code, String param, String message) {
    ApiError error = refused(body);
    assertEquals(new ApiError(status, message, "invalid_request_error", param, code), error, body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "{} | missing_required_parameter | input | Missing required parameter: 'input'.",
        "{'input':null} | missing_required_parameter | input | Missing required parameter: 'input'.",
        "{'model':7} | invalid_type | model | 'model' must be a string.",
        "{'input':7} | invalid_type | input | 'input' must be a string or an array of items.",
        "{'input':{}} | invalid_type | input | 'input' must be a string or an array of items.",
        "{'input':''} | missing_required_parameter | - | One of 'input', 'previous_response_id' and 'conversation' must say something.",
        "{'input':[ ],'conversation':''} | missing_required_parameter | - | One of 'input', 'previous_response_id' and 'conversation' must say something.",
        "{'messages':[]} | unsupported_parameter | messages | Unsupported parameter: 'messages'. Here it is 'input'.",
        "{'input':'a','previous_response_id':'r','conversation':'c'} | mutually_exclusive_parameters | - | 'previous_response_id' and 'conversation' are mutually exclusive.",
        "{'input':'','previous_response_id':'r','conversation':{'id':'c'}} | mutually_exclusive_parameters | - | 'previous_response_id' and 'conversation' are mutually exclusive.",
        "{'input':'a','background':true,'store':false} | invalid_value | background | 'background' needs 'store' to be true.",
        "{'input':'a','previous_response_id':7} | invalid_type | previous_response_id | 'previous_response_id' must be a string.",
        "{'input':'a','conversation':7} | invalid_type | conversation | 'conversation' must be a string or an object.",
        "{'input':'a','conversation':{}} | missing_required_parameter | conversation.id | Missing required parameter: 'conversation.id'.",
        "{'input':'a','conversation':{'id':7}} | invalid_type | conversation.id | 'conversation.id' must be a string.",
        "{'input':'a','stream':'yes'} | invalid_type | stream | 'stream' must be true or false.",
        "{'input':'a','store':[]} | invalid_type | store | 'store' must be true or false.",
        "{'input':'a','background':2} | invalid_type | background | 'background' must be true or false.",
        "{'input':'a','parallel_tool_calls':'x'} | invalid_type | parallel_tool_calls | 'parallel_tool_calls' must be true or false.",
        "{'input':'a','instructions':[]} | invalid_type | instructions | 'instructions' must be a string.",
        "{'input':'a','max_output_tokens':15} | integer_below_min_value | max_output_tokens | 'max_output_tokens' must be at least 16.",
        "{'input':'a','max_output_tokens':1.5} | invalid_type | max_output_tokens | 'max_output_tokens' must be a whole number.",
        "{'input':'a','max_output_tokens':'16'} | invalid_type | max_output_tokens | 'max_output_tokens' must be a whole number.",
        "{'input':'a','max_tool_calls':0} | integer_below_min_value | max_tool_calls | 'max_tool_calls' must be at least 1.",
        "{'input':'a','temperature':2.1} | decimal_above_max_value | temperature | 'temperature' must be at least 0 and at most 2.",
        "{'input':'a','temperature':1e999} | decimal_above_max_value | temperature | 'temperature' must be at least 0 and at most 2.",
        "{'input':'a','temperature':-0.1} | decimal_below_min_value | temperature | 'temperature' must be at least 0 and at most 2.",
        "{'input':'a','temperature':'1'} | invalid_type | temperature | 'temperature' must be a number.",
        "{'input':'a','top_p':[]} | invalid_type | top_p | 'top_p' must be a number.",
        "{'input':'a','presence_penalty':true} | invalid_type | presence_penalty | 'presence_penalty' must be a number.",
        "{'input':'a','frequency_penalty':{}} | invalid_type | frequency_penalty | 'frequency_penalty' must be a number.",
        "{'input':'a','top_logprobs':0.5} | invalid_type | top_logprobs | 'top_logprobs' must be a whole number.",
        "{'input':'a','service_tier':1} | invalid_type | service_tier | 'service_tier' must be a string.",
        "{'input':'a','safety_identifier':1} | invalid_type | safety_identifier | 'safety_identifier' must be a string.",
        "{'input':'a','prompt_cache_key':1} | invalid_type | prompt_cache_key | 'prompt_cache_key' must be a string.",
        "{'input':'a','user':1} | invalid_type | user | 'user' must be a string.",
        "{'input':'a','truncation':'old'} | invalid_value | truncation | 'truncation' must be 'auto' or 'disabled'.",
        "{'input':'a','truncation':1} | invalid_type | truncation | 'truncation' must be a string.",
        "{'input':'a','include':'x'} | invalid_type | include | 'include' must be an array.",
        "{'input':'a','include':[{}]} | invalid_type | include[0] | 'include[0]' must be a string.",
        "{'input':'a','reasoning':'low'} | invalid_type | reasoning | 'reasoning' must be an object.",
        "{'input':'a','reasoning':{'effort':1}} | invalid_type | reasoning.effort | 'reasoning.effort' must be a string.",
        "{'input':'a','metadata':[]} | invalid_type | metadata | 'metadata' must be an object.",
        "{'input':'a','metadata':{'k':1}} | invalid_type | metadata.k | 'metadata.k' must be a string.",
        "{'input':'a','text':'x'} | invalid_type | text | 'text' must be an object.",
        "{'input':'a','text':{'verbosity':1}} | invalid_type | text.verbosity | 'text.verbosity' must be a string.",
        "{'input':'a','text':{'format':'text'}} | invalid_type | text.format | 'text.format' must be an object.",
        "{'input':'a','text':{'format':{}}} | missing_required_parameter | text.format.type | Missing required parameter: 'text.format.type'.",
        "{'input':'a','text':{'format':{'type':'xml'}}} | invalid_value | text.format.type | 'text.format.type' must be 'text', 'json_object' or 'json_schema'.",
        "{'input':'a','text':{'format':{'type':'json_schema','schema':{}}}} | missing_required_parameter | text.format.name | Missing required parameter: 'text.format.name'.",
        "{'input':'a','text':{'format':{'type':'json_schema','name':'n'}}} | missing_required_parameter | text.format.schema | Missing required parameter: 'text.format.schema'.",
        "{'input':'a','text':{'format':{'type':'json_schema','name':'n','schema':[]}}} | invalid_type | text.format.schema | 'text.format.schema' must be an object.",
      })
  void field(String body, String code, String param, String message) {
    assertError(body, 400, code, param, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | invalid_type | `` | must be an array.",
        "[7] | invalid_type | [0] | must be an object.",
        "[{}] | missing_required_parameter | [0].type | -",
        "[{'type':7}] | invalid_type | [0].type | must be a string.",
        "[{'type':'function'}] | missing_required_parameter | [0].name | -",
        "[{'type':'function','name':7}] | invalid_type | [0].name | must be a string.",
        "[{'type':'function','name':'f','parameters':[]}] | invalid_type | [0].parameters | must be an object.",
        "[{'type':'function','name':'f','description':7}] | invalid_type | [0].description | must be a string.",
        "[{'type':'function','name':'f','strict':'x'}] | invalid_type | [0].strict | must be true or false.",
        "[{'type':'custom'}] | missing_required_parameter | [0].name | -",
        "[{'type':'namespace','tools':[]}] | missing_required_parameter | [0].name | -",
        "[{'type':'namespace','name':'n'}] | missing_required_parameter | [0].tools | -",
        "[{'type':'namespace','name':'n','tools':[{'type':'function'}]}] | missing_required_parameter | [0].tools[0].name | -",
        "[{'type':'teleport'}] | invalid_value | [0].type | must be 'function', 'custom' or 'namespace', or a tool that is left out.",
        "[{'type':'namespace','name':'n','tools':[{'type':'namespace'}]}] | invalid_value | [0].tools[0].type | must be 'function', 'custom' or 'namespace', or a tool that is left out.",
      })
  void tool(String tools, String code, String place, String words) {
    String param = "tools" + place;
    assertError(
        "{'input':'a','tools':" + tools + "}",
        400,
        code,
        param,
        words.equals("-")
            ? "Missing required parameter: '" + param + "'."
            : "'" + param + "' " + words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file_search",
        "code_interpreter",
        "mcp",
        "computer",
        "computer_use",
        "computer_use_preview"
      })
  void toolThatWouldHaveToBeRunHere_isNamed(String type) {
    String tool = "{'type':'" + type + "'}";
    String message = "Tools of the type '" + type + "' are not supported here.";
    assertError(
        "{'input':'a','tools':[{'type':'shell'}," + tool + "]}",
        400,
        "unsupported_tool",
        "tools[1]",
        message);
    assertError(
        "{'input':'a','tools':[{'type':'namespace','name':'n','tools':[" + tool + "]}]}",
        400,
        "unsupported_tool",
        "tools[0]",
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'must' | invalid_value | tool_choice | 'tool_choice' must be 'none', 'auto', 'required' or an object.",
        "7 | invalid_type | tool_choice | 'tool_choice' must be a string or an object.",
        "{} | missing_required_parameter | tool_choice.type | Missing required parameter: 'tool_choice.type'.",
        "{'type':'x'} | invalid_value | tool_choice.type | 'tool_choice.type' must be 'function', 'custom' or 'allowed_tools'.",
        "{'type':'function'} | missing_required_parameter | tool_choice.name | Missing required parameter: 'tool_choice.name'.",
        "{'type':'function','name':'g'} | invalid_value | tool_choice | 'tool_choice' must be one of the tools.",
        "{'type':'web_search'} | unsupported_tool | tool_choice | Tools of the type 'web_search' are not supported here, and can't be chosen.",
        "{'type':'mcp','server_label':'x'} | unsupported_tool | tool_choice | Tools of the type 'mcp' are not supported here, and can't be chosen.",
        "{'type':'allowed_tools','mode':'auto'} | missing_required_parameter | tool_choice.tools | Missing required parameter: 'tool_choice.tools'.",
        "{'type':'allowed_tools','tools':[]} | missing_required_parameter | tool_choice.mode | Missing required parameter: 'tool_choice.mode'.",
        "{'type':'allowed_tools','mode':'none','tools':[]} | invalid_value | tool_choice.mode | 'tool_choice.mode' must be 'auto' or 'required'.",
        "{'type':'allowed_tools','mode':'auto','tools':[{'type':'function','name':'g'}]} | invalid_value | tool_choice.tools[0] | 'tool_choice.tools[0]' must be one of the tools.",
        "{'type':'allowed_tools','mode':'auto','tools':['f']} | invalid_type | tool_choice.tools[0] | 'tool_choice.tools[0]' must be an object.",
        "{'type':'allowed_tools','mode':'required','tools':[{'type':'web_search'}]} | unsupported_tool | tool_choice | 'tool_choice' requires a tool, and there is none that can be called here.",
      })
  void choice(String choice, String code, String param, String message) {
    String tools = "'tools':[{'type':'function','name':'f'},{'type':'web_search'}]";
    assertError(
        "{'input':'a'," + tools + ",'tool_choice':" + choice + "}", 400, code, param, message);
  }

  @Test
  void requiredToolWhereNoneIsLeft_isRefused() {
    String message = "'tool_choice' requires a tool, and there is none that can be called here.";
    assertError(
        "{'input':'a','tool_choice':'required'}", 400, "invalid_value", "tool_choice", message);
    assertError(
        "{'input':'a','tool_choice':'required','tools':[{'type':'shell'}]}",
        400,
        "unsupported_tool",
        "tool_choice",
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "7 | invalid_type | `` | must be an object.",
        "'a' | invalid_type | `` | must be an object.",
        "{} | missing_required_parameter | .type | -",
        "{'type':7} | invalid_type | .type | must be a string.",
        "{'type':'poem'} | invalid_value | .type | must be 'message', 'function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output', 'reasoning' or 'item_reference'.",
        "{'type':'message'} | missing_required_parameter | .role | -",
        "{'role':7} | invalid_type | .role | must be a string.",
        "{'role':'tool','content':'a'} | invalid_value | .role | must be 'user', 'assistant', 'system' or 'developer'.",
        "{'role':'user'} | missing_required_parameter | .content | -",
        "{'role':'user','content':7} | invalid_type | .content | must be a string or an array of parts.",
        "{'role':'user','content':'a','id':7} | invalid_type | .id | must be a string.",
        "{'role':'user','content':['a',7]} | invalid_type | .content[1] | must be an object or a string.",
        "{'role':'user','content':[{}]} | missing_required_parameter | .content[0].type | -",
        "{'role':'user','content':['a',{'type':7}]} | invalid_type | .content[1].type | must be a string.",
        "{'role':'user','content':['a',{'type':'x'}]} | invalid_value | .content[1].type | must be 'input_text', 'input_image', 'input_file', 'input_audio', 'output_text' or 'refusal'.",
        "{'role':'user','content':[{'type':'input_text'}]} | missing_required_parameter | .content[0].text | -",
        "{'role':'user','content':[{'type':'input_text','text':7}]} | invalid_type | .content[0].text | must be a string.",
        "{'role':'user','content':[{'type':'input_image'}]} | missing_required_parameter | .content[0].image_url | -",
        "{'role':'user','content':[{'type':'input_image','image_url':7}]} | invalid_type | .content[0].image_url | must be a string.",
        "{'role':'user','content':[{'type':'input_image','image_url':'u','detail':7}]} | invalid_type | .content[0].detail | must be a string.",
        "{'role':'user','content':[{'type':'input_file'}]} | missing_required_parameter | .content[0].file_data | -",
        "{'role':'user','content':[{'type':'input_audio'}]} | missing_required_parameter | .content[0].input_audio | -",
        "{'role':'user','content':[{'type':'input_image','file_id':'f'}]} | unsupported_parameter | .content[0].file_id | is not supported: no files are kept or fetched here. Send the data itself.",
        "{'role':'user','content':[{'type':'input_file','file_id':'f'}]} | unsupported_parameter | .content[0].file_id | is not supported: no files are kept or fetched here. Send the data itself.",
        "{'role':'user','content':[{'type':'input_file','file_url':'u'}]} | unsupported_parameter | .content[0].file_url | is not supported: no files are kept or fetched here. Send the data itself.",
        "{'type':'function_call','name':'f'} | missing_required_parameter | .call_id | -",
        "{'type':'function_call','call_id':'c'} | missing_required_parameter | .name | -",
        "{'type':'function_call','call_id':7,'name':'f'} | invalid_type | .call_id | must be a string.",
        "{'type':'custom_tool_call','call_id':'c','name':'f','input':{}} | invalid_type | .input | must be a string.",
        "{'type':'function_call_output','output':'a'} | missing_required_parameter | .call_id | -",
        "{'type':'function_call_output','call_id':'c'} | missing_required_parameter | .output | -",
        "{'type':'function_call_output','call_id':'c','output':[{'type':'x'}]} | invalid_value | .output[0].type | must be 'input_text', 'input_image', 'input_file', 'input_audio', 'output_text' or 'refusal'.",
        "{'type':'item_reference'} | missing_required_parameter | .id | -",
        "{'id':7} | invalid_type | .id | must be a string.",
        "{'type':'compaction_summary'} | missing_required_parameter | .encrypted_content | -",
        "{'type':'compaction','encrypted_content':7} | invalid_type | .encrypted_content | must be a string.",
        "{'type':'reasoning','encrypted_content':7} | invalid_type | .encrypted_content | must be a string.",
      })
  void item(String item, String code, String place, String words) {
    String param = "input[1]" + place;
    assertError(
        "{'input':[{'role':'user','content':'a'}," + item + "]}",
        400,
        code,
        param,
        words.equals("-")
            ? "Missing required parameter: '" + param + "'."
            : "'" + param + "' " + words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'type':'compaction' | x | ``",
        "'type':'compaction','id':'cmp_1' | gAAAA | ` for item cmp_1`",
        "'type':'compaction_summary','id':'cmp_2' | x | ` for item cmp_2`",
      })
  void contextThatWasSealedElsewhere_isToldAsOpenAiDoes(
      String fields, String sealed, String which) {
    assertError(
        "{'input':[{" + fields + ",'encrypted_content':'" + sealed + "'}]}",
        400,
        "invalid_encrypted_content",
        "input[0].encrypted_content",
        "The encrypted content"
            + which
            + " could not be verified. Reason: Encrypted content could not be decrypted or parsed.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'id':'p'}", "'p'"})
  void storedPrompt_isUnknown(String prompt) {
    assertError(
        "{'input':'a','prompt':" + prompt + "}", 404, null, null, "Prompt with id 'p' not found.");
  }

  @Test
  void includeOfSomethingElse_isToldWhatThereIs() {
    assertError(
        "{'input':'a','include':['reasoning.encrypted_content','x']}",
        400,
        "invalid_value",
        "include[1]",
        "'include[1]' must be one of code_interpreter_call.outputs,"
            + " computer_call_output.output.image_url, file_search_call.results,"
            + " message.input_image.image_url, message.output_text.logprobs,"
            + " reasoning.encrypted_content, web_search_call.action.sources,"
            + " web_search_call.results.");
  }

  /** The earlier in the order is told, wherever both stand. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "{'temperature':'x','model':7} | model",
        "{'temperature':'x'} | input",
        "{'tools':7,'messages':[]} | messages",
        "{'input':[7],'previous_response_id':'a','conversation':'b'} | input[0]",
        "{'previous_response_id':'a','conversation':'b','input':'','temperature':'x'} | temperature",
        "{'prompt':'p','previous_response_id':'a','conversation':'b','input':'a'} | -",
      })
  void order(String body, String param) {
    assertEquals(param, refused(body).param());
  }

  @Test
  void metadata_isBounded() {
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      pairs.append("'k").append(i).append("':'v',");
    }
    assertError(
        "{'input':'a','metadata':{" + pairs + "'x':''}}",
        400,
        "object_above_max_properties",
        "metadata",
        "'metadata' must have at most 16 pairs.");
    assertError(
        "{'input':'a','metadata':{'" + "k".repeat(65) + "':''}}",
        400,
        "property_name_above_max_length",
        "metadata",
        "A key of 'metadata' must have at most 64 characters.");
    assertError(
        "{'input':'a','metadata':{'k':'" + "é".repeat(513) + "'}}",
        400,
        "string_above_max_length",
        "metadata.k",
        "'metadata.k' must have at most 512 characters.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | The request body is empty; it must be a JSON object.",
        "[] | The request body must be a JSON object.",
        "{'input':'a'} x | The request body is no valid JSON:",
        "{'input':'a','input':'b'} | The request body is no valid JSON: Duplicate field 'input'.",
        "{'input':[{'role':'user','role':'user'}]} | The request body is no valid JSON: Duplicate field 'role'.",
        "{'input':[ | The request body is no valid JSON:",
      })
  void bodyThatIsNoJson(String body, String message) {
    ApiError error = refused(body);
    assertEquals("invalid_json", error.code());
    assertTrue(error.message().startsWith(message), error.message());
  }

  @Test
  void depthAndNumbersAreBounded() {
    assertEquals("invalid_json", refused("{'input':'a','x':" + "[".repeat(100_000)).code());
    String digits = "1".repeat(5_000);
    for (String field : new String[] {"temperature", "max_output_tokens", "top_logprobs"}) {
      assertEquals(
          "invalid_json", refused("{'input':'a','" + field + "':" + digits + "}").code(), field);
    }
    String parameters = "{'type':'function','name':'f','parameters':{'a':" + digits + "}}";
    assertEquals("invalid_json", refused("{'input':'a','tools':[" + parameters + "]}").code());
  }

  @Test
  void moreItemsThanAnybodySends_areRefused() {
    String items = "{'role':'user','content':'a'},".repeat(RequestJson.MAX_MESSAGES);
    assertError(
        "{'input':[" + items + "{'role':'user','content':'a'}]}",
        400,
        "too_many_messages",
        "input",
        "'input' must have at most 20000 items.");
  }
}
