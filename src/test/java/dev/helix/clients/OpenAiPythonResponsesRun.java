package dev.helix.clients;

class OpenAiPythonResponsesRun extends ResponsesSuite {
  OpenAiPythonResponsesRun() {
    super(Client.OPENAI_PYTHON_RESPONSES);
  }
}
