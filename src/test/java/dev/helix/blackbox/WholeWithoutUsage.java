package dev.helix.blackbox;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import java.util.List;

/** How an upstream ends an answer that is whole and says nothing of its usage. */
enum WholeWithoutUsage {
  DONE(true),
  WITHOUT_DONE(true),
  CUT_BEHIND_THE_FINISH(true),
  BODY(false);

  final boolean stream;

  WholeWithoutUsage(boolean stream) {
    this.stream = stream;
  }

  /** Answers with the text {@code A}. */
  void answer(Call call) {
    if (this == BODY) {
      call.respondJson(
          200,
          "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":"
              + "{\"role\":\"assistant\",\"content\":\"A\"}}]}");
      return;
    }
    call.beginSse();
    call.sse(Completions.delta("A"));
    String finish = Completions.finish("stop");
    switch (this) {
      case DONE -> call.endWith(List.of(finish, Completions.DONE));
      case WITHOUT_DONE -> call.endWith(List.of(finish));
      default -> {
        call.sse(finish);
        call.cut();
      }
    }
  }
}
