package dev.helix.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How one type of setting is written. Immutable.
 *
 * @param allowed what is allowed, to follow "must be"
 * @param parse the value of a text; throws a {@link RuntimeException} when it is not allowed
 * @param shownText a text that could not be parsed, as it may be shown to a person
 * @param shownValue a value as it may be shown to a person, in a log for example
 */
record Syntax<T>(
    String allowed,
    Function<String, T> parse,
    UnaryOperator<String> shownText,
    Function<T, String> shownValue) {

  private static final Pattern DURATION = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h|d)");
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,18})\\s*(|b|kib|mib|gib)", Pattern.CASE_INSENSITIVE);
  private static final int SHOWN_CHARS = 200;

  /** A host that the JDK takes for none, as the names of containers have underscores. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+(:[0-9]{1,5})?");

  private Syntax(String allowed, Function<String, T> parse, Function<T, String> shownValue) {
    this(allowed, parse, Syntax::printable, shownValue);
  }

  static Syntax<String> string() {
    return new Syntax<>("a text", text -> text, Syntax::printable);
  }

  static Syntax<String> secret() {
    return new Syntax<>("a text", text -> text, text -> "(set)", text -> "(set)");
  }

  /** A value as it may be shown; {@code (not set)} for null. */
  String show(T value) {
    return value == null ? "(not set)" : shownValue.apply(value);
  }

  static Syntax<Path> path() {
    return new Syntax<>(
        "a path; ~/ stands for the home directory",
        text -> {
          require(!text.startsWith("~") || text.equals("~") || text.startsWith("~/"));
          String expanded =
              text.startsWith("~") ? System.getProperty("user.home") + text.substring(1) : text;
          return Path.of(expanded).toAbsolutePath().normalize();
        },
        path -> printable(path.toString()));
  }

  static Syntax<URI> uri() {
    return new Syntax<>(
        "an http or https URL such as http://127.0.0.1:11434/v1",
        text -> {
          URI uri = URI.create(text);
          String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
          String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
          boolean named = uri.getHost() != null || NAME.matcher(authority).matches();
          require((scheme.equals("http") || scheme.equals("https")) && named);
          return uri;
        },
        Syntax::withoutCredentials,
        uri -> withoutCredentials(uri.toString()));
  }

  static Syntax<Duration> duration(Duration least, Duration most) {
    return new Syntax<>(
        "a duration such as 500ms, 10s, 2m, 1h or PT1M30S, from "
            + durationText(least)
            + " to "
            + durationText(most),
        text -> within(parseDuration(text), least, most),
        Syntax::durationText);
  }

  static Syntax<Long> size(long least, long most) {
    return new Syntax<>(
        "a size such as 64MiB, 512KiB or a number of bytes, from "
            + sizeText(least)
            + " to "
            + sizeText(most),
        text -> within(parseSize(text), least, most),
        Syntax::sizeText);
  }

  static Syntax<Integer> integer(int least, int most) {
    return new Syntax<>(
        "a whole number from " + least + " to " + most,
        text -> within(Integer.valueOf(text), least, most),
        Object::toString);
  }

  static Syntax<Boolean> flag() {
    return new Syntax<>(
        "true or false",
        text -> {
          require(text.equals("true") || text.equals("false"));
          return text.equals("true");
        },
        Object::toString);
  }

  static <E extends Enum<E>> Syntax<E> choice(Class<E> type) {
    List<E> choices = List.of(type.getEnumConstants());
    return new Syntax<>(
        choices.stream().map(Syntax::choiceText).collect(Collectors.joining(", ", "one of ", "")),
        text ->
            choices.stream()
                .filter(choice -> choiceText(choice).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new),
        Syntax::choiceText);
  }

  static Syntax<List<String>> list() {
    return new Syntax<>(
        "a list separated by commas, with nothing empty in it",
        text -> {
          List<String> items = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
          require(items.stream().noneMatch(String::isEmpty));
          return items;
        },
        items -> printable(String.join(", ", items)));
  }

  private static String sizeText(long bytes) {
    if (bytes != 0 && bytes % (1L << 30) == 0) {
      return (bytes >> 30) + "GiB";
    }
    if (bytes != 0 && bytes % (1L << 20) == 0) {
      return (bytes >> 20) + "MiB";
    }
    return bytes != 0 && bytes % 1024 == 0 ? (bytes >> 10) + "KiB" : bytes + " bytes";
  }

  private static String choiceText(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String durationText(Duration duration) {
    if (duration.toMillis() % 1000 != 0) {
      return duration.toMillis() + "ms";
    }
    long seconds = duration.toSeconds();
    if (seconds != 0 && seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    return seconds != 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  private static Duration parseDuration(String text) {
    if (text.startsWith("P") || text.startsWith("p")) {
      return Duration.parse(text);
    }
    Matcher matcher = DURATION.matcher(text);
    require(matcher.matches());
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static long parseSize(String text) {
    Matcher matcher = SIZE.matcher(text);
    require(matcher.matches());
    long unit =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "kib" -> 1L << 10;
          case "mib" -> 1L << 20;
          case "gib" -> 1L << 30;
          default -> 1L;
        };
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
  }

  private static String withoutCredentials(String text) {
    return printable(text.replaceFirst("\\?.*", "?***").replaceFirst(".*@", "***@"));
  }

  private static String printable(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "...";
  }

  private static <T extends Comparable<? super T>> T within(T value, T least, T most) {
    require(value.compareTo(least) >= 0 && value.compareTo(most) <= 0);
    return value;
  }

  private static void require(boolean allowed) {
    if (!allowed) {
      throw new IllegalArgumentException();
    }
  }
}
