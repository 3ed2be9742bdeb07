package dev.helix.text;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/**
 * The times of {@code status.json} and {@code messages.json}: written with microseconds and an
 * offset, as Python's {@code fromisoformat} reads them; read with or without a zone.
 */
public final class Times {
  /** For years that have not four digits. */
  private static final DateTimeFormatter UNUSUAL =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** How they are written, with an n for each digit. */
  private static final String LAYOUT = "nnnn-nn-nnTnn:nn:nn.nnnnnn+00:00";

  private Times() {}

  public static String format(Instant time) {
    OffsetDateTime utc = time.atOffset(ZoneOffset.UTC);
    if (utc.getYear() < 0 || utc.getYear() > 9999) {
      return UNUSUAL.format(time);
    }
    // By hand, as every element has one or two.
    byte[] out = LAYOUT.getBytes(StandardCharsets.ISO_8859_1);
    write(out, 0, 4, utc.getYear());
    write(out, 5, 7, utc.getMonthValue());
    write(out, 8, 10, utc.getDayOfMonth());
    write(out, 11, 13, utc.getHour());
    write(out, 14, 16, utc.getMinute());
    write(out, 17, 19, utc.getSecond());
    write(out, 20, 26, utc.getNano() / 1000);
    return new String(out, StandardCharsets.ISO_8859_1);
  }

  private static void write(byte[] out, int from, int to, int number) {
    int rest = number;
    for (int i = to - 1; i >= from; i--) {
      out[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /** The time, or null where the text is null or none; without a zone it is the system's. */
  public static Instant parse(String text) {
    if (text == null) {
      return null;
    }
    try {
      if (isAsWritten(text)) {
        return written(text);
      }
      TemporalAccessor parsed =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(
              text.replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from);
      return parsed instanceof OffsetDateTime zoned
          ? zoned.toInstant()
          : ((LocalDateTime) parsed).atZone(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Whether it looks as {@link #format} writes it, as all times of a long log do but a few. */
  private static boolean isAsWritten(String text) {
    if (text.length() != LAYOUT.length()) {
      return false;
    }
    for (int i = 0; i < LAYOUT.length(); i++) {
      char is = text.charAt(i);
      if (LAYOUT.charAt(i) == 'n' ? is < '0' || is > '9' : is != LAYOUT.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static Instant written(String text) {
    return LocalDateTime.of(
            number(text, 0, 4),
            number(text, 5, 7),
            number(text, 8, 10),
            number(text, 11, 13),
            number(text, 14, 16),
            number(text, 17, 19),
            number(text, 20, 26) * 1000)
        .toInstant(ZoneOffset.UTC);
  }

  private static int number(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }
}
