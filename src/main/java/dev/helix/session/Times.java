package dev.helix.session;

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
final class Times {
  private static final DateTimeFormatter WRITTEN =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Times() {}

  static String format(Instant time) {
    return WRITTEN.format(time);
  }

  /** The time, or null where the text is null or none; without a zone it is the system's. */
  static Instant parse(String text) {
    if (text == null) {
      return null;
    }
    try {
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
}
