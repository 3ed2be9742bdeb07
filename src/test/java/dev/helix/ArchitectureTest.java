package dev.helix;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.servlet.AsyncListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tree is the architecture: imports go as the table in the docs says. */
class ArchitectureTest {
  private static final String ROOT = "dev.helix";
  private static final Path PAGE = Path.of("docs/ARCHITECTURE-MODULES.md");
  private static final Path SOURCES = Path.of("src/main/java/dev/helix");

  /** A row: the package, whether others may use it, what it is, what it may import. */
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z/]+|dev\\.helix)` \\| (yes|no) \\|[^|]*\\| ([^|]*) \\|");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  /**
   * What one row of the table says.
   *
   * @param open whether other applications may use the package
   * @param imports the packages that it may import
   */
  private record Room(boolean open, Set<String> imports) {}

  private static Map<String, Room> rooms() throws IOException {
    Map<String, Room> rooms = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      Set<String> imports =
          row.group(3).equals("–")
              ? Set.of()
              : Arrays.stream(row.group(3).split(", "))
                  .map(name -> name.replace("`", ""))
                  .collect(toCollection(TreeSet::new));
      rooms.put(row.group(1), new Room(row.group(2).equals("yes"), imports));
    }
    return rooms;
  }

  private static String room(JavaClass of) {
    String name = of.getPackageName();
    return name.equals(ROOT) ? ROOT : name.substring(ROOT.length() + 1).replace('.', '/');
  }

  @Test
  void theTableNamesEveryPackage() throws IOException {
    Set<String> there = new TreeSet<>();
    CLASSES.forEach(type -> there.add(room(type)));
    assertEquals(there, rooms().keySet());
  }

  @Test
  void importsAreThoseOfTheTable() throws IOException {
    Map<String, Set<String>> there = new TreeMap<>();
    for (JavaClass type : CLASSES) {
      Set<String> imports = there.computeIfAbsent(room(type), any -> new TreeSet<>());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(ROOT) && !room(target).equals(room(type))) {
          imports.add(room(target));
        }
      }
    }
    Map<String, Set<String>> allowed = new TreeMap<>();
    rooms().forEach((name, room) -> allowed.put(name, new TreeSet<>(room.imports())));
    assertEquals(lines(allowed), lines(there));
  }

  private static String lines(Map<String, Set<String>> imports) {
    return imports.entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + ": "
                    + entry.getValue().stream()
                        .map(name -> "`" + name + "`")
                        .collect(joining(", ")))
        .collect(joining("\n"));
  }

  @Test
  void noCycles() {
    slices().matching("dev.helix.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void whatOthersMayNotUse_saysSo_andIsLeftOutOfTheJavadoc() throws IOException {
    Set<String> marked = new TreeSet<>();
    Set<String> closed = new TreeSet<>();
    for (Map.Entry<String, Room> room : rooms().entrySet()) {
      Path folder = room.getKey().equals(ROOT) ? SOURCES : SOURCES.resolve(room.getKey());
      if (Files.readString(folder.resolve("package-info.java")).contains("Internal:")) {
        marked.add(room.getKey());
      }
      if (!room.getValue().open()) {
        closed.add(room.getKey());
      }
    }
    assertEquals(closed, marked);
    Matcher excluded =
        Pattern.compile("<excludePackageNames>([^<]*)</excludePackageNames>")
            .matcher(Files.readString(Path.of("pom.xml")));
    assertEquals(true, excluded.find());
    assertEquals(
        closed.stream().map(name -> ROOT + "." + name.replace('/', '.')).collect(joining(",")),
        Stream.of(excluded.group(1).strip().split("[,\\s]+")).sorted().collect(joining(",")));
  }

  @Test
  void theFilterNeedsOnlyServletsJacksonAndTokens() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.helix.access..",
            "dev.helix.archive..",
            "dev.helix.config..",
            "dev.helix.filter..",
            "dev.helix.http..",
            "dev.helix.message..",
            "dev.helix.session..",
            "dev.helix.store..",
            "dev.helix.text..",
            "dev.helix.transcript..")
        .and()
        .resideOutsideOfPackages("dev.helix.store.redis..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "dev.helix..",
            "java..",
            "javax.crypto..",
            "javax.naming..",
            "javax.sql..",
            "jakarta.servlet..",
            "com.fasterxml.jackson..",
            "com.auth0.jwt..",
            "com.zaxxer.hikari..",
            "org.postgresql..")
        .check(CLASSES);
  }

  /** WildFly takes each class that is one for a component, which it has to make. */
  @Test
  void listenersOfAsynchronousRequests_areLambdas() {
    noClasses().that().areNotInterfaces().should().implement(AsyncListener.class).check(CLASSES);
  }

  @Test
  void librariesAreKnownToOnePackageEach() {
    only("dev.helix.store.jdbc..", "javax.sql..", "com.zaxxer..");
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.helix.store.jdbc..", "dev.helix.transfer.database..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.sql..")
        .check(CLASSES);
    only("dev.helix.store.redis..", "redis.clients..", "org.apache.commons.pool2..");
    only("dev.helix.access..", "com.auth0..");
    only("dev.helix.backend.upstream..", "org.apache.hc..");
  }

  private static void only(String room, String... libraries) {
    noClasses()
        .that()
        .resideOutsideOfPackage(room)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries)
        .check(CLASSES);
  }

  @Test
  void thePoolAndADriverAreKnownToOneClassEach() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.helix.store.jdbc.JdbcPool")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.zaxxer..")
        .check(CLASSES);
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.helix.store.jdbc.JdbcPooler")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.postgresql..")
        .check(CLASSES);
  }

  @Test
  void withoutItsClientOnlyTheRedisStoreIsMissing() {
    noClasses()
        .that()
        .haveSimpleName("RedisSessionStoreProvider")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("redis.clients..")
        .check(CLASSES);
  }
}
