package dev.helix.clients;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** The column of the table of clients that a test belongs to. */
@Retention(RetentionPolicy.RUNTIME)
@interface Check {
  String value();

  /** Where the column stands, from the left. */
  int order();
}
