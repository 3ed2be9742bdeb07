package dev.helix.clients;

class SpringAi1Run extends ClientSuite {
  SpringAi1Run() {
    super(Client.SPRING_AI_1);
  }
}
