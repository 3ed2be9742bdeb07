package dev.helix.packaging;

import dev.helix.packaging.probe.BrokenApplication;
import dev.helix.packaging.probe.GuidedApplication;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/** The built WAR with a web application of the test's in place of the real one. */
final class ProbeWar {
  private static final String WEB_XML =
      """
      <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" metadata-complete="true">
        <listener><listener-class>%s</listener-class></listener>
        %s
      </web-app>
      """;

  private ProbeWar() {}

  static Path guided(Path folder) throws IOException {
    String name = GuidedApplication.class.getName();
    return make(
        folder,
        WEB_XML.formatted(
            name,
            """
            <servlet>
              <servlet-name>guided</servlet-name>
              <servlet-class>%s</servlet-class>
              <async-supported>true</async-supported>
            </servlet>
            <servlet-mapping>
              <servlet-name>guided</servlet-name>
              <url-pattern>/guided</url-pattern>
            </servlet-mapping>
            """
                .formatted(name)),
        GuidedApplication.class);
  }

  static Path broken(Path folder) throws IOException {
    return make(
        folder,
        WEB_XML.formatted(BrokenApplication.class.getName(), ""),
        BrokenApplication.class,
        BrokenApplication.class.getDeclaredClasses()[0]);
  }

  /** The real application with a provider of a backend in it. */
  static Path withBackend(Path folder, String provider, Class<?>... classes) throws IOException {
    Path war = Files.copy(Built.war(), folder.resolve("backend.war"));
    try (FileSystem content = FileSystems.newFileSystem(war)) {
      add(content, classes);
      Path services = content.getPath("WEB-INF/classes/META-INF/services");
      Files.createDirectories(services);
      Files.writeString(services.resolve("dev.helix.backend.ChatBackend$Provider"), provider);
    }
    return war;
  }

  private static Path make(Path folder, String webXml, Class<?>... classes) throws IOException {
    Path war = Files.copy(Built.war(), folder.resolve("probe.war"));
    try (FileSystem content = FileSystems.newFileSystem(war)) {
      Files.writeString(content.getPath("WEB-INF/web.xml"), webXml);
      add(content, classes);
    }
    return war;
  }

  private static void add(FileSystem content, Class<?>... classes) throws IOException {
    for (Class<?> type : classes) {
      String name = type.getName().replace('.', '/') + ".class";
      Path target = content.getPath("WEB-INF/classes", name);
      Files.createDirectories(target.getParent());
      try (InputStream bytes = type.getResourceAsStream("/" + name)) {
        Files.copy(bytes, target);
      }
    }
  }
}
