package dev.helix.packaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The libraries in the WAR, and what their licences ask for. */
class LicensesIT {
  private static final String FOLDER = "META-INF/licenses/";
  private static final Pattern LEGAL =
      Pattern.compile("META-INF/((LICENSE|NOTICE)[^/]*|[^/]*-LICENSE|licenses/.*[^/])");
  private static final Pattern NO_RELEASE =
      Pattern.compile("(?i).*[-.](alpha|beta|rc|cr|m[0-9]|pre|snapshot).*");

  private static List<String> libraries(JarFile war) {
    return war.stream()
        .map(JarEntry::getName)
        .filter(name -> name.matches("WEB-INF/lib(-provided)?/[^/]+\\.jar"))
        .toList();
  }

  /** The folder of a library: its own, or that of those which come together. */
  private static String folder(JarFile war, String library) {
    String name = library.replaceFirst(".*/", "").replaceFirst("-[0-9].*", "");
    for (String each : List.of(name + "-jar", name, name.replaceFirst("-.*", ""))) {
      if (war.stream().anyMatch(entry -> entry.getName().startsWith(FOLDER + each + "/"))) {
        return FOLDER + each + "/";
      }
    }
    throw new AssertionError("there is no " + FOLDER + name + "; put one into src/main/licenses");
  }

  @Test
  void everyLibrary_comesWithItsLicence() throws IOException {
    try (JarFile war = new JarFile(Built.war().toFile())) {
      assertNotNull(war.getEntry("META-INF/LICENSE"));
      List<String> libraries = libraries(war);
      assertTrue(libraries.size() > 20, libraries.toString());
      for (String library : libraries) {
        String folder = folder(war, library);
        assertTrue(
            war.stream()
                .map(entry -> entry.getName().toUpperCase(Locale.ROOT))
                .anyMatch(
                    name ->
                        name.startsWith(folder.toUpperCase(Locale.ROOT))
                            && name.substring(folder.length()).contains("LICENSE")),
            folder);
      }
    }
  }

  @Test
  void whatALibraryBrings_isThereAsItIs() throws IOException {
    try (JarFile war = new JarFile(Built.war().toFile())) {
      int found = 0;
      for (String library : libraries(war)) {
        try (InputStream in = war.getInputStream(war.getEntry(library));
            JarInputStream jar = new JarInputStream(in)) {
          for (JarEntry each = jar.getNextJarEntry(); each != null; each = jar.getNextJarEntry()) {
            if (LEGAL.matcher(each.getName()).matches()) {
              JarEntry copy = war.getJarEntry(folder(war, library) + each.getName());
              assertNotNull(copy, library + ": " + each.getName());
              assertArrayEquals(jar.readAllBytes(), war.getInputStream(copy).readAllBytes());
              found++;
            }
          }
        }
      }
      assertTrue(found >= 15, "found " + found);
    }
  }

  @Test
  void noLibrary_isABeta() throws IOException {
    try (JarFile war = new JarFile(Built.war().toFile())) {
      List<String> libraries =
          libraries(war).stream().filter(name -> NO_RELEASE.matcher(name).matches()).toList();
      assertEquals(List.of(), libraries);
    }
  }
}
