package dev.helix.openai.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.blackbox.WholeApplication;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models as clients of Anthropic's API are told them. */
class AnthropicModelsTest {
  @TempDir Path sessions;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | {'data':[],'has_more':false,'first_id':null,'last_id':null}",
        "{'data':[{'id':'a','created':1700000000},{'id':'b/c','display_name':'B'},{'x':1}]} |"
            + " {'data':[{'type':'model','id':'a','display_name':'a','created_at':'2023-11-14T22:13:20Z'},"
            + "{'type':'model','id':'b/c','display_name':'B','created_at':'1970-01-01T00:00:00Z'}],"
            + "'has_more':false,'first_id':'a','last_id':'b/c'}",
        "{'data':[{'id':'a','created':9e99}]} |"
            + " {'data':[{'type':'model','id':'a','display_name':'a','created_at':'1970-01-01T00:00:00Z'}],"
            + "'has_more':false,'first_id':'a','last_id':'a'}",
      })
  void list(String models, String told) {
    byte[] json = models.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    assertEquals(
        told.replace('\'', '"'), new String(AnthropicModels.list(json), StandardCharsets.UTF_8));
  }

  @Test
  void theHeaderTells_whichFormItIs_alsoOfErrors() throws Exception {
    try (WholeApplication application =
        new WholeApplication(sessions, Map.of("helix.models.cache", "1ms"))) {
      String[] version = {"anthropic-version", "2023-06-01"};
      application.upstream().scriptModels();
      application
          .upstream()
          .answerAlways(request -> Reply.json(200, Completions.models("m", "x/n")));
      RawResponse list = RawClient.get(application.url(), "/v1/models?limit=1", version);
      assertEquals("m", list.json().path("first_id").asText(), list::text);
      assertEquals(2, list.json().path("data").size());
      RawResponse one = RawClient.get(application.url(), "/v1/models/x/n", version);
      assertEquals("model", one.json().path("type").asText(), one::text);
      assertEquals("x/n", one.json().path("id").asText());
      RawResponse none = RawClient.get(application.url(), "/v1/models/none", version);
      assertEquals(404, none.status());
      assertEquals("not_found_error", none.json().at("/error/type").asText());
      RawResponse plain = RawClient.get(application.url(), "/v1/models");
      assertEquals("list", plain.json().path("object").asText());
      assertEquals(
          "model_not_found",
          RawClient.get(application.url(), "/v1/models/none").json().at("/error/code").asText());
    }
  }
}
