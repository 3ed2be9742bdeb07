package dev.helix.scripted;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Rows for tests that are driven by a table. */
public final class Table {
  private static final String BETWEEN = " → ";

  private Table() {}

  /** One row of each text, whose columns are told apart by an arrow. */
  public static Stream<Arguments> of(String... rows) {
    return Arrays.stream(rows).map(row -> Arguments.of((Object[]) row.split(BETWEEN, -1)));
  }
}
