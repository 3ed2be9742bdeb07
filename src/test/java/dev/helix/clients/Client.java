package dev.helix.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A client that is tried. Immutable.
 *
 * @param id its row in the table
 * @param installed the folder below {@link #HOME} that the install script made for it
 * @param program the command of its program, with {@code HOME/} before what is in that folder, and
 *     {@code PROGRAMS/} before what is in the sources
 * @param limits what it is known not to pass, and why
 */
record Client(String id, String installed, List<String> program, Map<String, String> limits) {
  /** Where all of them are installed. */
  static final Path HOME = Path.of(System.getProperty("clients.home", "target/clients"));

  private static final Path PROGRAMS = Path.of("src/test/clients").toAbsolutePath();

  static final Client OPENAI_PYTHON = python("openai-python", "openai", "openai_sdk.py");
  static final Client OPENAI_NODE = node("openai-node", "openai.mjs");

  /** All of them, in the order of the table. */
  static final List<Client> ALL = List.of(OPENAI_PYTHON, OPENAI_NODE);

  private static Client python(String id, String environment, String program) {
    List<String> command = List.of("HOME/bin/python", "PROGRAMS/python/" + program);
    return new Client(id, "python/" + environment, command, Map.of());
  }

  private static Client node(String id, String program) {
    return new Client(id, "node", List.of("HOME/run", "HOME/" + program), Map.of());
  }

  /** Why it cannot be run on this machine; empty where it can. */
  Optional<String> missing() {
    Path folder = HOME.resolve(installed);
    try {
      Path missing = folder.resolve("missing");
      if (Files.exists(missing)) {
        return Optional.of(Files.readString(missing).strip());
      }
      return Files.exists(folder.resolve("installed"))
          ? Optional.empty()
          : Optional.of("it is not installed");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What runs its program. */
  List<String> command() {
    String home = HOME.resolve(installed).toAbsolutePath() + "/";
    List<String> command = new ArrayList<>();
    for (String word : program) {
      command.add(word.replace("HOME/", home).replace("PROGRAMS/", PROGRAMS + "/"));
    }
    return command;
  }
}
