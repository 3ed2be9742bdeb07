package dev.helix;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tree is the architecture: imports go one way. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.helix");

  private static final List<String> PACKAGES =
      List.of("backend", "chat", "config", "filter", "launch", "openai", "session", "store");

  /** None of the other packages of ours may be used, and nobody uses the root. */
  private static void only(String name, String... allowed) {
    String[] forbidden =
        Stream.concat(
                Stream.of("dev.helix"),
                PACKAGES.stream()
                    .filter(other -> !other.equals(name) && !Arrays.asList(allowed).contains(other))
                    .map(other -> "dev.helix." + other + ".."))
            .toArray(String[]::new);
    ArchRule rule =
        noClasses()
            .that()
            .resideInAPackage("dev.helix." + name + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(forbidden);
    rule.check(CLASSES);
  }

  @Test
  void importsGoOneWay() {
    only("openai");
    only("config");
    only("session");
    only("store", "session");
    only("filter", "session", "config", "openai");
    only("backend", "session", "openai");
    only("chat", "filter", "session", "backend", "openai");
    only("launch");
  }

  @Test
  void noCycles() {
    slices().matching("dev.helix.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theFilterNeedsOnlyServletsJacksonAndTokens() {
    classes()
        .that()
        .resideInAnyPackage(
            "dev.helix.filter..",
            "dev.helix.session..",
            "dev.helix.store..",
            "dev.helix.config..",
            "dev.helix.openai..")
        .and()
        .haveNameNotMatching("dev\\.helix\\.store\\.Redis.*")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.helix..",
            "java..",
            "javax.crypto..",
            "javax.naming..",
            "javax.sql..",
            "jakarta.servlet..",
            "com.fasterxml.jackson..",
            "com.auth0.jwt..",
            "com.zaxxer.hikari..")
        .check(CLASSES);
  }

  @Test
  void databasesAreTheJdbcStoresBusinessAlone() {
    noClasses()
        .that()
        .haveNameNotMatching("dev\\.helix\\.store\\.Jdbc.*")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", "com.zaxxer..")
        .check(CLASSES);
  }

  @Test
  void thePoolIsKnownToOneClassAlone() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.helix.store.JdbcPool")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.zaxxer..")
        .check(CLASSES);
  }

  @Test
  void redisIsForItsStoreAlone_andWithoutItsClientOnlyThatIsMissing() {
    classes()
        .that()
        .haveNameMatching("dev\\.helix\\.store\\.Redis.*")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.helix..", "java..", "redis.clients.jedis..", "org.apache.commons.pool2..")
        .check(CLASSES);
    noClasses()
        .that()
        .haveNameNotMatching("dev\\.helix\\.store\\.Redis.*")
        .or()
        .haveSimpleName("RedisSessionStoreProvider")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("redis.clients..")
        .check(CLASSES);
  }

  @Test
  void tokensAreTheFiltersBusinessAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.helix.filter..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.auth0..")
        .check(CLASSES);
  }

  @Test
  void storesAreReachedOnlyThroughTheirContract() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.helix.store..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.helix.store..")
        .check(CLASSES);
  }
}
