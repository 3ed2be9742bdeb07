package dev.helix.clients;

import dev.helix.packaging.Built;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A client that is tried. Immutable.
 *
 * @param id its row in the table
 * @param installed the folder below {@link #HOME} that the install script made for it
 * @param program the command of its program, with {@code HOME/} before what is in that folder, and
 *     {@code PROGRAMS/} before what is in the sources
 * @param limits what it is known not to pass, and why
 */
record Client(String id, String installed, List<String> program, Map<String, String> limits) {
  /** The name of its files. */
  String file() {
    String last = program.get(program.size() - 1);
    String name = id + " " + last.substring(last.lastIndexOf('/') + 1).replaceFirst("[.].*", "");
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  /** Where all of them are installed. */
  static final Path HOME = Path.of(System.getProperty("clients.home", "target/clients"));

  private static final Path PROGRAMS = Path.of("src/test/clients").toAbsolutePath();

  static final Client OPENAI_PYTHON = python("openai-python", "openai", "openai_program.py");
  static final Client OPENAI_NODE = node("openai-node", "openai.mjs");
  static final Client OPENAI_GO_1 = go("openai-go 1", "openai-v1");
  static final Client OPENAI_GO = go("openai-go", "openai-v3");
  static final Client SASHABARANOV_GO = go("sashabaranov/go-openai", "sashabaranov");
  static final Client OPENAI_JAVA = java("openai-java", "openai");
  static final Client LANGCHAIN4J = java("LangChain4j", "langchain4j");
  static final Client SPRING_AI_1 = java("Spring AI 1", "spring-ai-1");
  static final Client LANGCHAIN = python("LangChain", "langchain", "langchain_program.py");
  static final Client LANGGRAPH = python("LangGraph", "langchain", "langgraph_program.py");
  static final Client LLAMAINDEX =
      python("LlamaIndex", "llamaindex", "llamaindex_program.py")
          .unable("cancel", "a stream that is left stays open");
  static final Client AGENTS_SDK = python("OpenAI Agents SDK", "agents", "agents_program.py");
  static final Client LITELLM = python("LiteLLM", "litellm", "litellm_program.py");
  static final Client LANGCHAIN_JS = node("LangChain.js", "langchain.mjs");
  static final Client VERCEL = node("Vercel AI SDK", "vercel.mjs");
  static final Client PAGE =
      new Client(
          "openai-node in Chromium",
          "chromium",
          List.of("HOME/../node/run", "HOME/../node/page.mjs"),
          Map.of());
  static final Client OPENCODE = node("opencode", "opencode.mjs");

  static final Client OPENAI_PYTHON_RESPONSES =
      python("openai-python", "openai", "responses_program.py");
  static final Client OPENAI_NODE_RESPONSES = node("openai-node", "responses.mjs");
  static final Client OPENAI_JAVA_RESPONSES = java("openai-java", "openai", "Responses");
  static final Client AGENTS_SDK_RESPONSES =
      python("OpenAI Agents SDK", "agents", "agents_responses_program.py");
  static final Client LANGCHAIN_RESPONSES =
      python("LangChain", "langchain", "langchain_responses_program.py");
  static final Client VERCEL_RESPONSES = node("Vercel AI SDK", "vercel-responses.mjs");
  static final Client CODEX = node("Codex", "codex.mjs");

  /** Those of chat completions, in the order of their table. */
  static final List<Client> OF_CHAT =
      List.of(
          OPENAI_PYTHON,
          OPENAI_NODE,
          OPENAI_GO_1,
          OPENAI_GO,
          SASHABARANOV_GO,
          OPENAI_JAVA,
          LANGCHAIN4J,
          SPRING_AI_1,
          LANGCHAIN,
          LANGGRAPH,
          LLAMAINDEX,
          AGENTS_SDK,
          LITELLM,
          LANGCHAIN_JS,
          VERCEL,
          PAGE,
          OPENCODE);

  /** Those of the Responses API, in the order of their table. */
  static final List<Client> OF_RESPONSES =
      List.of(
          OPENAI_PYTHON_RESPONSES,
          OPENAI_NODE_RESPONSES,
          OPENAI_JAVA_RESPONSES,
          AGENTS_SDK_RESPONSES,
          LANGCHAIN_RESPONSES,
          VERCEL_RESPONSES,
          CODEX);

  private static Client python(String id, String environment, String program) {
    List<String> command = List.of("HOME/bin/python", "PROGRAMS/python/" + program);
    return new Client(id, "python/" + environment, command, Map.of());
  }

  private static Client node(String id, String program) {
    return new Client(id, "node", List.of("HOME/run", "HOME/" + program), Map.of());
  }

  private static Client go(String id, String module) {
    return new Client(id, "go/" + module, List.of("HOME/client"), Map.of());
  }

  private static Client java(String id, String module) {
    return java(id, module, "Program");
  }

  private static Client java(String id, String module, String program) {
    List<String> command =
        List.of(Built.java(), "-cp", "HOME/classes:HOME/lib/*", "-Xmx256m", program);
    return new Client(id, "java/" + module, command, Map.of());
  }

  private Client unable(String check, String reason) {
    return new Client(id, installed, program, Map.of(check, reason));
  }

  /** Why it cannot be run on this machine; empty where it can. */
  Optional<String> missing() {
    Path folder = HOME.resolve(installed);
    try {
      Path missing = folder.resolve("missing");
      if (Files.exists(missing)) {
        return Optional.of(Files.readString(missing).strip());
      }
      return Files.exists(folder.resolve("installed"))
          ? Optional.empty()
          : Optional.of("it is not installed");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What runs its program. */
  List<String> command() {
    String home = HOME.resolve(installed).toAbsolutePath() + "/";
    List<String> command = new ArrayList<>();
    for (String word : program) {
      command.add(word.replace("HOME/", home).replace("PROGRAMS/", PROGRAMS + "/"));
    }
    return command;
  }
}
