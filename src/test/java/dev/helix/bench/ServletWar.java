package dev.helix.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes a WAR of one servlet, which has every path. */
final class ServletWar {
  private ServletWar() {}

  /**
   * Makes the WAR.
   *
   * @param settings init-params of the servlet
   * @param libraries a type of each jar that it needs
   */
  static Path make(
      Path file, Class<?> servlet, Map<String, String> settings, List<Class<?>> libraries)
      throws IOException {
    StringBuilder parameters = new StringBuilder();
    settings.forEach(
        (name, value) ->
            parameters.append(
                "<init-param><param-name>%s</param-name><param-value>%s</param-value></init-param>"
                    .formatted(name, value)));
    String descriptor =
        "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'"
            + " metadata-complete='true'><servlet><servlet-name>servlet</servlet-name>"
            + "<servlet-class>"
            + servlet.getName()
            + "</servlet-class>"
            + parameters
            + "<async-supported>true</async-supported></servlet><servlet-mapping>"
            + "<servlet-name>servlet</servlet-name><url-pattern>/*</url-pattern></servlet-mapping>"
            + "</web-app>";
    List<Class<?>> classes = new ArrayList<>(List.of(servlet));
    classes.addAll(List.of(servlet.getDeclaredClasses()));
    try (OutputStream bytes = Files.newOutputStream(file);
        ZipOutputStream war = new ZipOutputStream(bytes)) {
      war.putNextEntry(new ZipEntry("WEB-INF/web.xml"));
      war.write(descriptor.getBytes(StandardCharsets.UTF_8));
      for (Class<?> one : classes) {
        String name = one.getName().replace('.', '/') + ".class";
        war.putNextEntry(new ZipEntry("WEB-INF/classes/" + name));
        ServletWar.class.getResourceAsStream("/" + name).transferTo(war);
      }
      for (Class<?> one : libraries) {
        Path jar = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        war.putNextEntry(new ZipEntry("WEB-INF/lib/" + jar.getFileName()));
        Files.copy(jar, war);
      }
      war.closeEntry();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    return file;
  }
}
