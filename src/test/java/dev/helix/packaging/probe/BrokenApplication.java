package dev.helix.packaging.probe;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;

/** A web application that does not start, for a reason with two lines and a cause. */
public final class BrokenApplication implements ServletContextListener {

  /** What is wrong. */
  static final class BadSettings extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadSettings(String message, Throwable cause) {
      super(message, cause);
    }
  }

  @Override
  public void contextInitialized(ServletContextEvent event) {
    throw new BadSettings(
        "helix.a is wrong\nhelix.b is wrong", new IllegalArgumentException("the reason"));
  }
}
