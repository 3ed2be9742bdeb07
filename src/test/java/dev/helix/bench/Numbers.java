package dev.helix.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.NumberFormat;
import java.util.Locale;

/** How figures are written for people. */
final class Numbers {
  private Numbers() {}

  /** Three digits that count, or all of those before the point: 0.0123, 1.5, 12,346. */
  static String plain(double value) {
    if (Math.abs(value) >= 999.5) {
      return NumberFormat.getIntegerInstance(Locale.ROOT).format(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(3));
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }

  /** A part of a whole, in percent with one digit after the point. */
  static String percent(double part, double whole) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part / whole);
  }
}
