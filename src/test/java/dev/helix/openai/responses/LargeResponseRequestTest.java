package dev.helix.openai.responses;

import static dev.helix.openai.responses.Requests.json;
import static dev.helix.session.ProcessorTime.assertAtMost;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.openai.items.InputReader;
import dev.helix.openai.items.PathItems;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests as large as they come: what they cost in time and memory. */
class LargeResponseRequestTest {
  private static final int BYTES = 20_000_000;
  private static final Duration SOON = Duration.ofSeconds(10);

  private static byte[] sent(byte[] body) throws InvalidRequestException {
    ResponseRequest request = Requests.parse(body);
    request.checkCalls(List.of());
    return request.bodyWith(List.of(), null, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'role':'user','content':[{'type':'input_text','text':'a'},{'type':'input_image','image_url':'data:image/png;base64,#'}]}",
        "{'role':'user','content':'#'}",
        "{'type':'function_call_output','call_id':'c','output':'#'},{'type':'function_call','call_id':'c','name':'f','arguments':'{}'}",
      })
  void aLargeItem_isHeldOnceMoreForEachFormOfIt(String item) {
    byte[] body = json("{'input':[" + item.replace("#", "A".repeat(BYTES)) + "]}");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    byte[] sent = assertAtMost(SOON, () -> sent(body));
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(sent.length > BYTES);
    // The message, as it is sent, and the chat request.
    assertTrue(taken < 4.5 * BYTES, () -> "took " + taken);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'role':'user','content':[ | {'type':'input_text','text':'a'} | ]}",
        "{'role':'user','content':[ | 'a' | ]}",
        "{'role':'user','content':[{'type':'input_image','image_url':'u'}, | {'type':'input_image','image_url':'u'} | ]}",
        "{'type':'reasoning','content':[ | {'text':'a'} | ]},{'role':'assistant','content':'A'}",
        "{'role':'user','content':'Q'} | ,{'type':'web_search_call'} | ``",
      })
  void manySmallParts_costAsMuchAsOneLargeOne(String begin, String part, String end) {
    String separator = part.startsWith(",") ? "" : ",";
    String parts = (separator + part).repeat(BYTES / (part.length() + 1));
    byte[] body = json("{'input':[" + begin + parts.substring(separator.length()) + end + "]}");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertAtMost(SOON, () -> sent(body));
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(taken < 1_500L * 1_000_000, () -> "took " + taken);
  }

  @Test
  void asManyItemsAsThereMayBe() {
    StringBuilder items = new StringBuilder("{'role':'user','content':'Q'}");
    for (int i = 1; i < 20_000; i += 2) {
      items.append(",{'type':'function_call','name':'f','arguments':'{}','call_id':'c");
      items.append(i).append("'}");
    }
    for (int i = 1; i < 19_998; i += 2) {
      items.append(",{'type':'function_call_output','output':'R','call_id':'c").append(i);
      items.append("'}");
    }
    byte[] body = json("{'input':[" + items + "]}");
    InvalidRequestException refused =
        assertAtMost(SOON, () -> assertThrows(InvalidRequestException.class, () -> sent(body)));
    assertEquals("No tool output found for function call c19999.", refused.getMessage());
  }

  @Test
  void aThousandTools_areSentAndTold() throws Exception {
    StringBuilder tools = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      tools.append(i == 0 ? "" : ",").append("{'type':'function','name':'f").append(i);
      tools.append("','description':'").append("d".repeat(2_000)).append("','parameters':");
      tools.append("{'type':'object','properties':{");
      for (int j = 0; j < 20; j++) {
        tools.append(j == 0 ? "" : ",").append("'p").append(j).append("':{'type':'string'}");
      }
      tools.append("}}}");
    }
    String allowed = tools.toString().replaceAll(",'description[^}]*\\}(,'p[^}]*\\})*\\}\\}", "");
    String choice = "{'type':'allowed_tools','mode':'required','tools':[" + allowed + "]}";
    byte[] body = json("{'input':'Hi','tools':[" + tools + "],'tool_choice':" + choice + "}");
    ResponseRequest request = assertAtMost(SOON, () -> Requests.parse(body));
    byte[] sent = assertAtMost(SOON, () -> request.bodyWith(List.of(), null, false));
    assertEquals(1_000, Requests.text(sent).split("'function':\\{", -1).length - 1);
    assertEquals(1_000, ((List<?>) request.asked().get("tools")).size());
  }

  @Test
  void valuesThatWouldTakeFarMoreThanTheirBytes_areRefused() {
    String tool = "{'type':'function','name':'f','parameters':{'a':[";
    byte[] body = json("{'input':'Hi','tools':[" + tool + "[],".repeat(BYTES / 3) + "0]}}]}");
    InvalidRequestException refused =
        assertAtMost(
            SOON, () -> assertThrows(InvalidRequestException.class, () -> Requests.parse(body)));
    assertEquals("invalid_value", refused.error().code());
    assertEquals("Tools, text and metadata have more than 200000 values.", refused.getMessage());
  }

  @Test
  void textOfTheInput_isBoundedInCharacters() throws Exception {
    String longest = "é".repeat(InputReader.LONGEST_TEXT);
    assertEquals(1, Requests.parse(json("{'input':'" + longest + "'}")).messages().size());
    InvalidRequestException refused =
        assertThrows(
            InvalidRequestException.class,
            () -> Requests.parse(json("{'input':'" + longest + "a'}")));
    assertEquals("string_above_max_length", refused.error().code());
    assertEquals("input", refused.error().param());
  }

  @Test
  void manyStoredCallsOfOneMessage_areListedInOneReading() {
    int calls = 3_000;
    String argument = "A".repeat(2_000);
    StringBuilder said = new StringBuilder("{'role':'assistant','content':null,'tool_calls':[");
    for (int i = 0; i < calls; i++) {
      said.append(i == 0 ? "" : ",").append("{'id':'c").append(i);
      said.append("','type':'function','function':{'name':'f','arguments':'");
      said.append(argument).append("'}}");
    }
    Message message = Requests.message(said + "]}").as(ElementFields.node("m", null, null));
    List<Message> path = List.of(message);
    PathItems items = assertAtMost(SOON, () -> PathItems.of(path));
    assertEquals(calls, items.items().size());
    Set<String> ids = new HashSet<>(PathItems.ids(message));
    Map<String, List<Message>> named = assertAtMost(SOON, () -> items.messages(ids));
    assertEquals(calls, named.size());
    named.values().forEach(each -> assertTrue(each.get(0).length() < 3_000));
  }

  @Test
  void manyToolsOfANamespace_areRefusedBeforeTheyAreMade() {
    String tool = "{'type':'function','name':'f'},";
    String tools = "{'type':'namespace','name':'n','tools':[" + tool.repeat(BYTES / tool.length());
    byte[] body = json("{'input':'Hi','tools':[" + tools + "{'type':'function','name':'f'}]}]}");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThrows(InvalidRequestException.class, () -> Requests.parse(body));
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(taken < 10L * BYTES, () -> "took " + taken);
  }
}
