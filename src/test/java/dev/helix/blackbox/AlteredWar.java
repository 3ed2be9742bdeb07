package dev.helix.blackbox;

import dev.helix.packaging.Built;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** Copies of the WAR with another {@code web.xml}, and WARs that are not ours. No state. */
final class AlteredWar {
  private static final String INIT_PARAMS =
      """
          <filter-class>dev.helix.filter.ConversationFilter</filter-class>
          <async-supported>true</async-supported>
      """;
  private static final String CONTEXT_PARAMS = "  <listener>\n";
  private static final String ENTRIES = "</web-app>";

  private AlteredWar() {}

  /** The WAR with settings in its {@code web.xml}. */
  static Path with(
      Path folder,
      Map<String, String> initParams,
      Map<String, String> entries,
      Map<String, String> contextParams) {
    try {
      Path war = Files.copy(Built.war(), folder.resolve("altered.war"));
      try (FileSystem content = FileSystems.newFileSystem(war)) {
        Path descriptor = content.getPath("WEB-INF/web.xml");
        String text = Files.readString(descriptor);
        text = put(text, INIT_PARAMS, INIT_PARAMS + params("init-param", initParams));
        text = put(text, CONTEXT_PARAMS, params("context-param", contextParams) + CONTEXT_PARAMS);
        text = put(text, ENTRIES, entries(entries) + ENTRIES);
        Files.writeString(descriptor, text);
      }
      return war;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String put(String text, String anchor, String replacement) {
    if (!text.contains(anchor)) {
      throw new IllegalStateException("web.xml does not have " + anchor);
    }
    return text.replace(anchor, replacement);
  }

  private static String params(String element, Map<String, String> values) {
    return values.entrySet().stream()
        .map(
            value ->
                "<%s><param-name>%s</param-name><param-value>%s</param-value></%s>\n"
                    .formatted(element, value.getKey(), value.getValue(), element))
        .collect(Collectors.joining());
  }

  private static String entries(Map<String, String> values) {
    return values.entrySet().stream()
        .map(
            value ->
                """
                <env-entry><env-entry-name>%s</env-entry-name>
                <env-entry-type>java.lang.String</env-entry-type>
                <env-entry-value>%s</env-entry-value></env-entry>
                """
                    .formatted(value.getKey(), value.getValue()))
        .collect(Collectors.joining());
  }

  /** A web application of somebody else's, which serves {@code /hello.txt}. */
  static Path bystander(Path folder) {
    try {
      Path war = folder.resolve("bystander.war");
      try (FileSystem content = FileSystems.newFileSystem(war, Map.of("create", "true"))) {
        Files.writeString(content.getPath("hello.txt"), "hello");
        Files.createDirectory(content.getPath("WEB-INF"));
        Files.writeString(
            content.getPath("WEB-INF/web.xml"),
            """
            <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0"/>
            """);
      }
      return war;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
