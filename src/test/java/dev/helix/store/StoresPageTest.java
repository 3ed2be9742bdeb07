package dev.helix.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/** The table in {@code docs/stores.md} names the tests and the stores that there are. */
class StoresPageTest {
  private static final Path PAGE = Path.of("docs", "stores.md");
  private static final String NOT_FOR_FILES = "OnTwoServers";

  @Test
  void tableOfTheContract_isThatOfTheTests() throws IOException {
    List<String> stores = stores();
    StringBuilder table = new StringBuilder("| test |");
    stores.forEach(store -> table.append(' ').append(store).append(" |"));
    table.append("\n|---|").append("---|".repeat(stores.size())).append('\n');
    tests().forEach(test -> table.append(row(test, stores)));
    String written =
        Files.readAllLines(PAGE).stream()
            .dropWhile(line -> !line.startsWith("| test |"))
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    assertEquals(table.toString(), written);
  }

  private static String row(String test, List<String> stores) {
    // A folder has one server, so that test alone is not run with files.
    String cells =
        stores.stream()
            .map(store -> store.equals("folders") && test.contains(NOT_FOR_FILES) ? " – |" : " ✓ |")
            .collect(Collectors.joining());
    return "| " + words(test) + " |" + cells + "\n";
  }

  /** A name as a sentence: {@code aLease_isRefused} is "a lease, is refused". */
  private static String words(String test) {
    return test.replaceAll("([A-Z])", " $1")
        .replace("_", ",")
        .toLowerCase(Locale.ROOT)
        .replaceAll(",(?! )", ", ");
  }

  /** Those of the product that each build tries, by the names of their test classes. */
  private static List<String> stores() {
    return new ClassFileImporter()
        .importPackages("dev.helix.store").stream()
            .filter(type -> type.isAssignableTo(SessionStoreContract.class))
            .filter(type -> !type.isInterface())
            .map(JavaClass::getSimpleName)
            .filter(name -> !name.startsWith("Memory") && !name.startsWith("JdbcMySql"))
            .map(StoresPageTest::heading)
            .sorted()
            .toList();
  }

  private static String heading(String testClass) {
    return switch (testClass) {
      case "FileSessionStoreTest" -> "folders";
      case "JdbcH2StoreTest" -> "H2";
      case "JdbcMariaDbStoreTest" -> "MariaDB";
      case "JdbcPostgresStoreTest" -> "PostgreSQL";
      case "RedisSessionStoreTest" -> "Redis";
      case "RedisClusterTest" -> "Redis Cluster";
      default -> testClass;
    };
  }

  private static Stream<String> tests() {
    return Stream.of(SessionStoreContract.class.getMethods())
        .filter(StoresPageTest::isTest)
        .map(Method::getName)
        .distinct()
        .sorted();
  }

  private static boolean isTest(Method method) {
    return Stream.of(Test.class, ParameterizedTest.class, TestFactory.class)
        .anyMatch(method::isAnnotationPresent);
  }
}
