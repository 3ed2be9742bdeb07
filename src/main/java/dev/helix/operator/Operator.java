package dev.helix.operator;

import dev.helix.HelixConfig;
import dev.helix.access.ApiKey;
import dev.helix.archive.Archive;
import dev.helix.config.InvalidSettingsException;
import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.Transcript;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * The commands for an operator at a terminal, made and called once by the launcher: {@code
 * hash-key}, {@code list}, {@code show}, {@code delete}, {@code adopt}, {@code copy}, {@code
 * import}, {@code export}, {@code backup}, {@code restore}. The call returns the exit status: 0
 * when all is done, 1 when something could not be, 2 for a command line that makes no sense. Not
 * thread-safe.
 *
 * <p>{@code list}, {@code show} and {@code export} only read, beside a running server if need be;
 * {@code delete}, {@code adopt} and {@code import} need a store of folders for themselves; {@code
 * backup} only reads, and {@code restore} needs a store of folders for itself. The store is the one
 * that system properties and the environment name, as for the server; {@code copy} names two
 * others.
 */
public final class Operator implements Callable<Integer> {
  private static final String SESSIONS = "--sessions";
  private static final Set<String> KEY_FLAGS = Set.of("--service", "--operator", "--new");
  private static final int LISTED = 20;
  private static final int FIRST_WORDS = 60;
  private static final int SHOWN_JSON = 400;

  private final List<String> arguments;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  /** A call of a command, whose name is the first argument. */
  public Operator(List<String> arguments, InputStream in, PrintStream out, PrintStream err) {
    this.arguments = List.copyOf(arguments);
    this.in = in;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException {
    List<String> rest = arguments.subList(1, arguments.size());
    try {
      return switch (arguments.get(0)) {
        case "hash-key" -> hashKey(CommandLine.parse(rest, Set.of(), KEY_FLAGS));
        case "list" -> list(CommandLine.parse(rest, Set.of(SESSIONS, "--limit"), Set.of()));
        case "show" -> show(CommandLine.parse(rest, Set.of(SESSIONS), Set.of()));
        case "delete" -> delete(CommandLine.parse(rest, Set.of(SESSIONS), Set.of()));
        case "adopt" ->
            adopt(CommandLine.parse(rest, Set.of(SESSIONS, "--owner"), Set.of("--all")));
        case "import" -> {
          CommandLine line = ImportCommand.parse(rest, SESSIONS);
          yield ImportCommand.of(store(line), line, out, err).call(line);
        }
        case "export" -> {
          Set<String> options = Set.of(SESSIONS, "--format", "--owner", "--to");
          CommandLine line = CommandLine.parse(rest, options, Set.of());
          yield new ExportCommand(store(line), line, out, err).call();
        }
        case "copy" -> CopyCommand.parse(rest, out, err).call();
        case "backup", "restore" -> {
          CommandLine line = CommandLine.parse(rest, Set.of(SESSIONS), Set.of());
          BackupCommand command =
              BackupCommand.of(store(line), line.word("folder or file"), out, err);
          yield arguments.get(0).equals("backup") ? command.backup() : command.restore();
        }
        default -> throw new IllegalArgumentException("unknown command: " + arguments.get(0));
      };
    } catch (IllegalArgumentException e) {
      err.println(Printable.line(e.getMessage()));
      return 2;
    } catch (InvalidSettingsException e) {
      err.println(e.getMessage());
    } catch (SessionException e) {
      err.println(told(e));
    }
    return 1;
  }

  private static String told(SessionException e) {
    String reason = e.getCause() == null ? "" : " (" + e.getCause() + ")";
    return Printable.line(e.getMessage() + reason);
  }

  private int hashKey(CommandLine line) throws IOException {
    String unused = line.word("tenant"); // Before a key is asked for.
    if (line.has("--new")) {
      String key = ApiKey.random();
      out.println(entry(line, key).line());
      // Beside the line, which mostly goes into a file where no key may be.
      err.println(key);
      return 0;
    }
    // A key has one char for each byte, as it has in a header.
    String key =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1)).readLine();
    ApiKey entry = entry(line, key == null ? "" : key);
    if (ApiKey.isWeak(key)) {
      err.println("the key is too easy to guess; hash-key --new makes one that is not");
      return 1;
    }
    out.println(entry.line());
    return 0;
  }

  private static ApiKey entry(CommandLine line, String key) {
    ApiKey entry = ApiKey.of(line.word("tenant"), key, line.has("--service"));
    return line.has("--operator") ? entry.asOperator() : entry;
  }

  private int list(CommandLine line) {
    if (!line.words().isEmpty()) {
      throw new IllegalArgumentException("list takes no " + line.words().get(0));
    }
    int limit = number(line.options().getOrDefault("--limit", "" + LISTED));
    try (SessionManager sessions = openToRead(line)) {
      sessions.all().limit(limit).forEach(this::listOne);
    }
    return 0;
  }

  private void listOne(SessionState state) {
    out.println(
        String.join(
            "\t",
            state.sessionId().value(),
            state.updatedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
            Printable.line(state.owner().toString()),
            shown(state.conversationId()),
            shown(state.originalRequest())));
  }

  private static int number(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--limit takes a number, not " + text, e);
    }
    throw new IllegalArgumentException("--limit takes a number from 1, not " + text);
  }

  private static String shown(String text) {
    return text == null ? "-" : Printable.line(text, FIRST_WORDS);
  }

  private int show(CommandLine line) {
    String name = line.word("session id");
    try (SessionManager sessions = openToRead(line)) {
      Optional<SessionState> found = SessionId.ofName(name).flatMap(sessions::find);
      if (found.isEmpty()) {
        return showArchived(line, name);
      }
      show(found.get());
      show(sessions.transcript(found.get().sessionId()));
    }
    return 0;
  }

  private void show(Transcript transcript) {
    for (Message message : transcript.currentPath()) {
      out.println();
      out.println(Printable.line(message.role()) + ": " + content(message));
    }
  }

  /** Shows an archived session, which stays where it is. */
  private int showArchived(CommandLine line, String name) {
    Optional<Archive> archive = store(line).archive();
    Optional<SessionId> id = SessionId.ofName(name);
    Optional<Path> zip = archive.flatMap(known -> id.flatMap(known::find));
    if (zip.isEmpty()) {
      return noSession(name);
    }
    show(archive.get().state(id.get(), zip.get()));
    field("archived in", zip.get().toString());
    show(Transcript.of(archive.get().messages(id.get(), zip.get())));
    return 0;
  }

  private void show(SessionState state) {
    field("session", state.sessionId().value());
    field("owner", state.owner().toString());
    field("conversation", state.conversationId());
    field("status", state.status().wireName());
    field("step", state.step().wireName());
    field("created", state.createdAt().toString());
    field("last used", state.updatedAt().toString());
    field("project", state.projectName());
  }

  private void field(String name, String value) {
    out.printf("%-14s%s%n", name, value == null ? "-" : Printable.line(value));
  }

  /** The text, or, of a message without any, such as a call of tools, the beginning of its JSON. */
  private static String content(Message message) {
    return message.text().isBlank()
        ? Printable.line(new String(message.wireJson(), StandardCharsets.UTF_8), SHOWN_JSON)
        : Printable.lines(message.text());
  }

  private int delete(CommandLine line) {
    String name = line.word("session id");
    try (SessionManager sessions = openAlone(line)) {
      if (!SessionId.ofName(name).map(sessions::delete).orElse(false)) {
        return noSession(name);
      }
    }
    out.println("deleted " + name);
    return 0;
  }

  private int noSession(String name) {
    err.println("there is no session " + Printable.line(name));
    return 1;
  }

  private int adopt(CommandLine line) {
    Owner owner = OwnerName.parse(line.options().get("--owner"));
    if (line.has("--all") != line.words().isEmpty()) {
      throw new IllegalArgumentException("adopt takes either session ids or --all");
    }
    boolean all = true;
    try (SessionManager sessions = openAlone(line)) {
      Stream<String> names =
          line.has("--all")
              ? sessions
                  .all()
                  .filter(it -> it.owner().isAnonymous())
                  .map(it -> it.sessionId().value())
              : line.words().stream();
      for (Iterator<String> each = names.iterator(); each.hasNext(); ) {
        all &= adopt(sessions, each.next(), owner);
      }
    }
    return all ? 0 : 1;
  }

  private boolean adopt(SessionManager sessions, String name, Owner owner) {
    Optional<SessionId> id = SessionId.ofName(name);
    if (id.isEmpty()) {
      noSession(name);
      return false;
    }
    try {
      SessionState adopted = sessions.adopt(id.get(), owner);
      out.println("adopted " + name + " for " + Printable.line(adopted.owner().toString()));
      return true;
    } catch (SessionException e) {
      err.println(told(e));
      return false;
    }
  }

  /** The sessions, which nobody else uses meanwhile, the archived ones too. */
  private SessionManager openAlone(CommandLine line) {
    // A folder that is not there is found out before one is made.
    openToRead(line).close();
    try {
      StoreAddress store = store(line);
      SessionStore plain = store.open();
      SessionStore whole = store.archive().map(archive -> archive.before(plain)).orElse(plain);
      return new SessionManager(whole, Clock.systemUTC());
    } catch (SessionException e) {
      throw new SessionException(
          "%s. Nothing is changed: %s needs a server to be stopped first"
              .formatted(e.getMessage(), arguments.get(0)),
          e.getCause());
    }
  }

  /** The sessions that are not archived, beside a server that uses them. */
  private static SessionManager openToRead(CommandLine line) {
    return new SessionManager(store(line).openToRead(), Clock.systemUTC());
  }

  private static StoreAddress store(CommandLine line) {
    if (!line.has(SESSIONS)) {
      return StoreAddress.ofSettings(Map.of());
    }
    String folder = line.options().get(SESSIONS);
    if (folder.isBlank()) {
      throw new IllegalArgumentException("--sessions takes a folder");
    }
    return StoreAddress.ofSettings(Map.of(HelixConfig.SESSIONS_DIR, folder));
  }
}
