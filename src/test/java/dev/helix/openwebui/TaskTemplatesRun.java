package dev.helix.openwebui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.BackgroundPrompt;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The prompt templates of the installed Open WebUI, as {@link BackgroundPrompt} sees them. */
class TaskTemplatesRun {
  private static final String RETRIEVAL = "DEFAULT_RAG_TEMPLATE";
  private static final String TOOLS = "DEFAULT_TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE";
  private static JsonNode templates;

  @BeforeAll
  static void read() throws IOException {
    Path venv = Path.of(System.getProperty("openwebui.venv"));
    Process python =
        new ProcessBuilder(
                venv.resolve("bin/python").toString(),
                Path.of("src/test/openwebui/templates.py").toAbsolutePath().toString(),
                venv.resolve("lib/python3.11/site-packages/open_webui").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    templates = Json.read(python.getInputStream().readAllBytes());
  }

  private static String filled(String template) {
    return template.replaceAll("\\{\\{[^}]*}}", "USER: Hello\nASSISTANT: Hello to you");
  }

  @Test
  void promptsWithMarksAreTasks_othersAreTurns() {
    Set<String> tasks = new TreeSet<>();
    for (Map.Entry<String, JsonNode> template : templates.properties()) {
      if (BackgroundPrompt.matches(filled(template.getValue().asText()))) {
        tasks.add(template.getKey());
      }
    }
    // The template for the choice of tools is a system message; the others are of turns.
    assertEquals(
        Set.of(
            "DEFAULT_CONTEXT_COMPACTION_PROMPT",
            "DEFAULT_EMOJI_GENERATION_PROMPT_TEMPLATE",
            "DEFAULT_MOA_GENERATION_PROMPT_TEMPLATE",
            "DEFAULT_AUTOCOMPLETE_GENERATION_PROMPT_TEMPLATE",
            "DEFAULT_FOLLOW_UP_GENERATION_PROMPT_TEMPLATE",
            "DEFAULT_IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE",
            "DEFAULT_QUERY_GENERATION_PROMPT_TEMPLATE",
            "DEFAULT_TAGS_GENERATION_PROMPT_TEMPLATE",
            "DEFAULT_TITLE_GENERATION_PROMPT_TEMPLATE"),
        tasks);
  }

  @Test
  void choiceOfTools_isATask_alsoBehindAModelsSystemPrompt() {
    String template = filled(templates.path(TOOLS).asText());
    for (String system : new String[] {template, "Be brief.\n" + template}) {
      assertTrue(BackgroundPrompt.choosesTools(system, "Query: Hello"), system);
      assertTrue(BackgroundPrompt.choosesTools(system, "History:\nUSER: x\nQuery: Hello"), system);
    }
  }

  @Test
  void questionWithRetrievedText_isATurn_whateverTheTextHolds() {
    String template = templates.path(RETRIEVAL).asText();
    for (String found :
        new String[] {"The meeting is at noon.", "<chat_history>\nUSER: x\n</chat_history>"}) {
      String prompt = template.replace("{{CONTEXT}}", found) + "\n\nWhen is the meeting?";
      assertFalse(BackgroundPrompt.matches(prompt), found);
    }
  }
}
