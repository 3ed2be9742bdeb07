package dev.helix.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {
  private static Fingerprint of(String json) {
    return Message.parse(json.getBytes(UTF_8)).fingerprint();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        // layout, escapes, order of keys
        "{\"role\":\"user\",\"content\":\"ü/\"} ~ { \"content\" : \"\\u00FC\\/\", \"role\":\"user\"}",
        // white space at the ends
        "{\"role\":\"user\",\"content\":\"a b\"} ~ {\"role\":\"user\",\"content\":\"\\n a b\\u2003\"}",
        // nothing said
        "{\"role\":\"assistant\",\"content\":null} ~ {\"role\":\"assistant\",\"content\":\"\"}",
        "{\"role\":\"assistant\"} ~ {\"role\":\"assistant\",\"content\":[]}",
        "{\"role\":\"assistant\"} ~ {\"role\":\"assistant\",\"tool_calls\":[],\"content\":\" \"}",
        // one text part and the text
        "{\"role\":\"user\",\"content\":\"a\"} ~"
            + " {\"role\":\"user\",\"content\":[{\"text\":\"a \",\"type\":\"text\"}]}",
        // an answer's text in parts, and thoughts that many clients leave out
        "{\"role\":\"assistant\",\"content\":\"So it is.\"} ~"
            + " {\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},"
            + "{\"type\":\"text\",\"text\":\"So \"},{\"text\":\"it is.\",\"type\":\"text\"}]}",
        // what upstreams add and clients leave out
        "{\"role\":\"assistant\",\"content\":\"a\"} ~"
            + " {\"role\":\"assistant\",\"content\":\"a\",\"refusal\":null,\"annotations\":[],"
            + "\"reasoning_content\":\"hm\",\"id\":\"x\",\"status\":\"completed\"}",
        // tool calls by id
        "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
            + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]} ~"
            + " {\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"function\":"
            + "{\"arguments\":\"{ }\",\"name\":\"f\"},\"index\":0,\"id\":\"c1\"}]}",
        // keys inside a part
        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"a/b\",\"detail\":\"low\"}}]} ~"
            + " {\"role\":\"user\",\"content\":[{\"image_url\":{\"detail\":\"low\",\"url\":\"a\\/b\"},\"type\":\"image_url\"}]}",
        // one part, with and without its type, a string among parts, what is null
        "{\"role\":\"user\",\"content\":\"a\"} ~ {\"role\":\"user\",\"content\":[{\"text\":\"a\"}]}",
        "{\"role\":\"user\",\"content\":\"a\"} ~ {\"role\":\"user\",\"content\":[\"a\",null]}",
        "{\"role\":\"user\",\"content\":\"a\"} ~ {\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"a\"}}",
        "{\"role\":\"user\",\"content\":[{\"type\":null,\"text\":\"a\"}]} ~ {\"role\":\"user\",\"content\":\"a\"}",
        "{\"role\":\"user\",\"content\":{\"type\":\"image_url\",\"image_url\":{\"url\":\"u\"}}} ~"
            + " {\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"text\":null,"
            + "\"image_url\":{\"url\":\"u\",\"detail\":null}}]}",
        // a number as a text
        "{\"role\":\"tool\",\"tool_call_id\":7,\"content\":4} ~"
            + " {\"role\":\"tool\",\"tool_call_id\":\"7\",\"content\":\"4\"}",
      })
  void sameSaying_isEqual(String one, String other) {
    assertEquals(of(one.strip()), of(other.strip()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{\"role\":\"user\",\"content\":\"a\"} ~ {\"role\":\"assistant\",\"content\":\"a\"}",
        "{\"role\":\"user\",\"content\":\"a b\"} ~ {\"role\":\"user\",\"content\":\"a  b\"}",
        "{\"role\":\"user\",\"content\":\"a\"} ~ {\"role\":\"user\",\"content\":\"A\"}",
        "{\"role\":\"user\",\"content\":\"a\",\"name\":\"x\"} ~ {\"role\":\"user\",\"content\":\"a\"}",
        "{\"role\":\"tool\",\"content\":\"a\",\"tool_call_id\":\"1\"} ~"
            + " {\"role\":\"tool\",\"content\":\"a\",\"tool_call_id\":\"2\"}",
        "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\"}]} ~"
            + " {\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\"},{\"id\":\"2\"}]}",
        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"a\"}}]} ~"
            + " {\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"b\"}}]}",
        "{\"role\":\"user\",\"content\":[{\"type\":\"n\",\"n\":1}]} ~"
            + " {\"role\":\"user\",\"content\":[{\"type\":\"n\",\"n\":\"1\"}]}",
        "{\"role\":\"assistant\",\"refusal\":\"no\"} ~ {\"role\":\"assistant\"}",
        "{\"role\":\"user\",\"content\":[{\"text\":\"a\",\"image\":\"x\"}]} ~ {\"role\":\"user\",\"content\":\"a\"}",
        "{\"role\":\"tool\",\"content\":4} ~ {\"role\":\"tool\",\"content\":5}",
        "{\"role\":\"tool\",\"content\":{\"a\":1}} ~ {\"role\":\"tool\",\"content\":{\"a\":2}}",
        "{\"role\":\"tool\",\"content\":false} ~ {\"role\":\"tool\"}",
        "{\"role\":\"critic\",\"content\":\"a\"} ~ {\"role\":\"user\",\"content\":\"a\"}",
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"a\"}]} ~"
            + " {\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"b\"}]}",
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"n\"}]} ~"
            + " {\"role\":\"assistant\",\"content\":\"a\"}",
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]} ~"
            + " {\"role\":\"user\",\"content\":\"ab\"}",
      })
  void otherSaying_isNotEqual(String one, String other) {
    assertNotEquals(of(one.strip()), of(other.strip()));
  }

  @Test
  void assistantThatSaysNothing_isEmpty_andOneThatCallsOrRefusesIsNot() {
    assertTrue(of("{\"role\":\"assistant\",\"content\":\" \\n\",\"name\":\"x\"}").empty());
    assertTrue(!of("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\"}]}").empty());
    assertTrue(!of("{\"role\":\"assistant\",\"refusal\":\"no\"}").empty());
  }
}
