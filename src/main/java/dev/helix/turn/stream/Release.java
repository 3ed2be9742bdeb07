package dev.helix.turn.stream;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/**
 * Hears that the container is done with the request, more than once perhaps. To be made of a
 * lambda: WildFly takes each class that implements AsyncListener for one that it has to make.
 */
@FunctionalInterface
interface Release extends AsyncListener {
  void released(Throwable cause);

  @Override
  default void onComplete(AsyncEvent event) {
    released(null);
  }

  @Override
  default void onError(AsyncEvent event) {
    released(event.getThrowable());
  }

  @Override
  default void onTimeout(AsyncEvent event) {
    released(null);
  }

  @Override
  default void onStartAsync(AsyncEvent event) {}
}
