package dev.helix.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Locale;

/** How a request's body was packed for its way: its {@code Content-Encoding}. */
enum ContentCoding {
  /** Not at all. */
  IDENTITY,
  /** With gzip, once. */
  GZIP,
  /** In a way that is not read here. */
  OTHER;

  /** What the headers say. */
  static ContentCoding of(HttpServletRequest request) {
    ContentCoding coding = IDENTITY;
    Enumeration<String> values = request.getHeaders("Content-Encoding");
    while (values.hasMoreElements()) {
      for (String name : values.nextElement().split(",", -1)) {
        switch (name.strip().toLowerCase(Locale.ROOT)) {
          case "", "identity" -> {
            // Nothing was done.
          }
          case "gzip", "x-gzip" -> coding = coding == IDENTITY ? GZIP : OTHER;
          default -> coding = OTHER;
        }
      }
    }
    return coding;
  }
}
