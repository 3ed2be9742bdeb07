package dev.helix.clients;

class OpenAiJavaResponsesRun extends ResponsesSuite {
  OpenAiJavaResponsesRun() {
    super(Client.OPENAI_JAVA_RESPONSES);
  }
}
