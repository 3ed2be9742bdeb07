package dev.helix.clients;

class OpenAiJavaRun extends ClientSuite {
  OpenAiJavaRun() {
    super(Client.OPENAI_JAVA);
  }
}
