package dev.helix.openwebui;

/** Tools on a connection for the Responses API whose rounds follow the response before. */
class ResponsesStatefulRun extends StackSuite implements ToolCases, ResponsesCases {
  ResponsesStatefulRun() {
    super(HeaderSetup.RESPONSES_STATEFUL);
  }
}
