package dev.helix.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceholderTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{CHAT_ID}}",
        "{{ CHAT_ID }}",
        "chat-{{CHAT_ID}}",
        "{{LIBRECHAT_BODY_CONVERSATIONID}}",
        "{{ $json.sessionId }}",
        "={{ $json.sessionId }}",
        "{{#sys.conversation_id#}}",
        "{{{id}}}",
        "{{CHAT_ID",
        "%7B%7BCHAT_ID%7D%7D",
        "%7bCHAT_ID%7d",
        "${CHAT_ID}",
        "${{ session.id }}",
        "${env:CHAT_ID}",
        "a/${id}/b",
        "$(CHAT_ID)",
        "$(uuidgen)",
        "$CHAT_ID",
        "$chatId",
        "$env:CHAT_ID",
        "$json.sessionId",
        "#{id}",
        "@{variables('id')}",
        "%{id}",
        "%CHAT_ID%",
        "%chat.id%",
        "%s",
        "%@",
        "%(chat_id)s",
        "%!s(<nil>)",
        "%!v(MISSING)",
        "{CHAT_ID}",
        "{chat_id}",
        "{ chat id }",
        "{0}",
        "{}",
        "<CHAT_ID>",
        "<your-conversation-id>",
        "<nil>",
        "<null>",
        "<>",
        "<<id>>",
        "<function id at 0x7f>",
        "<%= id %>",
        "{% id %}",
        "[[id]]",
        "[conversation_id]",
        "[CHAT ID]",
        ":conversationId",
        "@CHAT_ID@",
        "__CHAT_ID__",
      })
  void templateThatNobodyFilledIn_namesNothing(String value) {
    assertTrue(Placeholder.is(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "undefined",
        "Undefined",
        "null",
        "NULL",
        "None",
        "none",
        "NaN",
        "nan",
        "[object Object]",
        "[object Undefined]",
        "[Object object]",
        "00000000-0000-0000-0000-000000000000",
        "{00000000-0000-0000-0000-000000000000}",
        "urn:uuid:00000000-0000-0000-0000-000000000000",
        "session-00000000-0000-0000-0000-000000000000",
        "00000000000000000000000000000000",
        "\"null\"",
        "'undefined'",
        "`None`",
        "\"{{CHAT_ID}}\"",
        "\"\"",
        "''",
        "\"00000000-0000-0000-0000-000000000000\"",
        "(null)",
        "(nil)",
        "[null]",
        "[undefined]",
        "[\"null\"]",
        "[]",
        "undefined-undefined",
        "null/null",
        "undefined:null",
        "None, None",
        "channel:undefined",
        "channel:{{CHANNEL_ID}}",
        "Optional.empty",
      })
  void programsWordForNothing_namesNothing(String value) {
    assertTrue(Placeholder.is(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "-",
        "0",
        "-1",
        "new",
        "default",
        "nil",
        "Nil",
        "id",
        "Nancy",
        "none of the above",
        "null-safety",
        "null-island",
        "what-is-undefined",
        "undefined behaviour",
        "nan-khatai",
        "nonesuch",
        "untitled",
        "[draft]",
        "[draft] of the bid",
        "(untitled)",
        "a{b}c",
        "the {id} rule",
        "{\"chat\":1}",
        "{550e8400-e29b-41d4-a716-446655440000}",
        "550e8400-e29b-41d4-a716-446655440000",
        "00000000-0000-0000-0000-000000000001",
        "00000000000000000000000000000001",
        "<CAF.x+y=z@mail.example>",
        "a<b>c",
        "1 < 2 > 0",
        "50%",
        "100% sure",
        "50%-70%",
        "%20",
        "%2Fhome%2Fann",
        "$TSLA",
        "$5",
        "US$ or €",
        "C#",
        "#general",
        "@ann",
        "ann@example.org",
        "::1",
        ":-)",
        "channel:general",
        "temporary:abc",
        "__init__",
        "'tis the season'",
        "\"Hello\"",
        "日本",
        "z\u00FCrich",
        "arn:aws:x:y:z",
        "a/b\\c",
      })
  void whatAPersonOrAProgramMayChoose_isAName(String value) {
    assertFalse(Placeholder.is(value));
  }

  @Test
  void bracketsByTheThousand_areAName_andOnesByTheFewAreLookedInto() {
    for (int layers : new int[] {600, 5_000, 1_000_000}) {
      assertFalse(Placeholder.is("(".repeat(layers) + "nil" + ")".repeat(layers)));
      assertFalse(Placeholder.is("[".repeat(layers) + "x" + "]".repeat(layers)));
      assertFalse(Placeholder.is("channel:".repeat(layers)));
    }
    assertTrue(Placeholder.is("((('undefined')))"));
  }

  @Test
  void longestValues_areReadInNoTime() {
    for (String part : new String[] {"(", "[", "\"", "null-", "%", "{", "0", "$a_", "<"}) {
      String value = part.repeat(512 / part.length());
      boolean unused = Placeholder.is(value);
      unused = Placeholder.is(value + "x");
    }
  }
}
