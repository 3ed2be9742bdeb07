package dev.helix.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auth0.jwt.JWT;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.Servlet;
import java.io.File;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The filter's jar, as another web application sees it: with Jackson, tokens and the servlet API
 * only.
 */
class FilterJarIT {
  private static final Pattern CONTENT =
      Pattern.compile(
          "dev/helix/(config|http|access|filter|text|message|transcript|session|archive|store)/.*"
              + "|META-INF/(services|maven)/.*|META-INF/MANIFEST\\.MF");

  private static final Pattern ENDPOINT =
      Pattern.compile("dev[./]helix[./](turn|openai|backend|health|operator|transfer|launch)\\b");

  /** What a module of one's own requires; a jar without a module-info can name nothing for it. */
  private static final Set<String> MODULES =
      Set.of(
          "dev.helix.sessions.filter",
          "jakarta.servlet",
          "com.fasterxml.jackson.databind",
          "com.auth0.jwt");

  @TempDir Path folder;

  @Test
  void jar_holdsTheFiltersPackages_andNothingElse() throws Exception {
    try (JarFile jar = new JarFile(Built.filterJar().toFile())) {
      assertEquals(
          "dev.helix.sessions.filter",
          jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"));
      List<String> strangers =
          entries(jar).filter(name -> !CONTENT.matcher(name).matches()).toList();
      assertEquals(List.of(), strangers);
    }
  }

  @Test
  void nothingInIt_namesTheEndpointsPackages() throws Exception {
    try (JarFile jar = new JarFile(Built.filterJar().toFile())) {
      for (String name : entries(jar).toList()) {
        try (InputStream content = jar.getInputStream(jar.getEntry(name))) {
          String text = new String(content.readAllBytes(), StandardCharsets.ISO_8859_1);
          assertFalse(ENDPOINT.matcher(text).find() && !name.endsWith("pom.xml"), name);
        }
      }
    }
  }

  @Test
  void onTheModulePath_itIsAModule_andItsStoresAreFound() throws Exception {
    ModuleFinder path = ModuleFinder.of(classPath().toArray(Path[]::new));
    Configuration found =
        ModuleLayer.boot().configuration().resolve(path, ModuleFinder.of(), MODULES);
    ModuleLayer layer =
        ModuleLayer.boot().defineModulesWithOneLoader(found, ClassLoader.getPlatformClassLoader());
    ClassLoader loader = layer.findLoader("dev.helix.sessions.filter");
    Class<?> filter = loader.loadClass("dev.helix.filter.ConversationFilter");
    assertEquals("dev.helix.sessions.filter", filter.getModule().getName());
    assertNotNull(filter.getConstructor().newInstance());
    UnaryOperator<String> settings =
        Map.of("helix.sessions.dir", folder.resolve("sessions").toString())::get;
    try (AutoCloseable store =
        (AutoCloseable)
            loader
                .loadClass("dev.helix.session.SessionStore")
                .getMethod("open", String.class, UnaryOperator.class)
                .invoke(null, "files", settings)) {
      assertEquals("dev.helix.sessions.filter", store.getClass().getModule().getName());
    }
  }

  @Test
  void everyClass_links_withNothingButWhatAConsumerGets() throws Exception {
    List<String> names;
    try (JarFile jar = new JarFile(Built.filterJar().toFile())) {
      names =
          entries(jar)
              .filter(name -> name.endsWith(".class"))
              .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
              .filter(name -> !needsAClient(name))
              .toList();
    }
    assertTrue(names.contains("dev.helix.store.redis.RedisSessionStoreProvider"), names::toString);
    assertTrue(names.contains("dev.helix.store.jdbc.JdbcSessionStore"), names::toString);
    try (URLClassLoader consumer = consumer()) {
      for (String name : names) {
        // Both resolve every type that a signature of the class names.
        assertNotNull(Class.forName(name, false, consumer).getDeclaredMethods(), name);
        assertNotNull(Class.forName(name, false, consumer).getDeclaredFields(), name);
      }
    }
  }

  /** What a consumer adds who wants Redis, or a database by its URL; a DataSource needs nothing. */
  private static boolean needsAClient(String name) {
    return name.startsWith("dev.helix.store.jdbc.JdbcPool")
        || (name.startsWith("dev.helix.store.redis.")
            && !name.equals("dev.helix.store.redis.RedisSessionStoreProvider"));
  }

  @Test
  void consumer_compilesAndRuns() throws Exception {
    Path source = folder.resolve("Consumer.java");
    Files.writeString(
        source,
        """
        import dev.helix.filter.ConversationFilter;
        import dev.helix.session.SessionManager;
        import dev.helix.session.SessionStore;
        import jakarta.servlet.Filter;
        import java.time.Clock;
        import java.util.Map;

        public final class Consumer {
          public static String run(String folder) {
            Filter filter = new ConversationFilter();
            SessionStore store =
                SessionStore.open("files", Map.of("helix.sessions.dir", folder)::get);
            try (SessionManager sessions = new SessionManager(store, Clock.systemUTC())) {
              return filter.getClass().getSimpleName()
                  + " finds "
                  + sessions.getOrCreateSession("Hallo", null).sessionId().value();
            }
          }
        }
        """);
    compile(source);
    try (URLClassLoader consumer = consumer()) {
      Method run = Class.forName("Consumer", true, consumer).getMethod("run", String.class);
      assertEquals(
          "ConversationFilter finds hallo-eaaa37b72e11",
          run.invoke(null, folder.resolve("sessions").toString()));
    }
  }

  @Test
  void consumersBuild_getsJacksonAndTokens_andNothingElse() throws Exception {
    NodeList dependencies =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new File("pom.xml"))
            .getElementsByTagName("dependency");
    List<String> transitive = new ArrayList<>();
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element dependency = (Element) dependencies.item(i);
      boolean managed =
          dependency.getParentNode().getParentNode().getNodeName().equals("dependencyManagement");
      String scope = text(dependency, "scope");
      if (!managed
          && (scope.isEmpty() || scope.equals("compile") || scope.equals("runtime"))
          && !text(dependency, "optional").equals("true")) {
        transitive.add(text(dependency, "artifactId"));
      }
    }
    assertEquals(List.of("jackson-databind", "java-jwt"), transitive);
  }

  private void compile(Path source) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    String classPath =
        classPath().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  complaints,
                  files,
                  null,
                  List.of("--release", "17", "-cp", classPath, "-d", folder.toString()),
                  null,
                  files.getJavaFileObjects(source))
              .call();
      assertTrue(compiled, complaints.toString());
    }
  }

  private URLClassLoader consumer() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (Path path : classPath()) {
      urls.add(path.toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private List<Path> classPath() throws Exception {
    return List.of(
        folder,
        Built.filterJar(),
        jarOf(ObjectMapper.class),
        jarOf(JsonParser.class),
        jarOf(JsonProperty.class),
        jarOf(JWT.class),
        jarOf(Servlet.class));
  }

  private static Path jarOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static Stream<String> entries(JarFile jar) {
    return jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName);
  }

  private static String text(Element parent, String name) {
    NodeList children = parent.getElementsByTagName(name);
    return children.getLength() == 0 ? "" : children.item(0).getTextContent();
  }
}
