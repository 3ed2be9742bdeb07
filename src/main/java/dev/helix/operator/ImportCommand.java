package dev.helix.operator;

import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transfer.ImportOwner;
import dev.helix.transfer.NoSessions;
import dev.helix.transfer.SessionImport;
import dev.helix.transfer.SessionImport.Imported;
import dev.helix.transfer.database.OpenWebUiDatabase;
import dev.helix.transfer.read.ChatFile;
import dev.helix.transfer.read.ChatFiles;
import dev.helix.transfer.read.ChatFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The command {@code import FILE... | --jdbc URL}: takes chats of other programs into the store,
 * with a line for each, and may be repeated. The exit status is 0 where no chat was skipped. Not
 * thread-safe.
 */
final class ImportCommand implements SessionImport.Listener, ChatFiles.Visitor {
  /** A chat takes several times its size while it is read. */
  private static final long HEAP_OVER_CHAT = 16;

  /** A user before a host, and a password among the parameters. */
  private static final Pattern LOGIN = Pattern.compile("(?i)//[^?;]*@|password\\s*=");

  private static final int MOST = 512 << 20;
  private static final int FIRST_WORDS = 60;
  private static final int MODELS = 20;
  private static final int MEGABYTE = 1 << 20;

  private final StoreAddress address;
  private final ChatFormat format;
  private final ImportOwner owner;
  private final boolean isDry;
  private final PrintStream out;
  private final PrintStream err;
  private final SortedSet<String> models = new TreeSet<>();
  private CopyProgress progress;
  private SessionImport sessions;
  private long read;
  private int imported;
  private int there;
  private int skipped;
  private int passed;
  private long messages;
  private long attachments;
  private boolean failed;

  ImportCommand(
      StoreAddress address,
      ChatFormat format,
      ImportOwner owner,
      boolean isDry,
      PrintStream out,
      PrintStream err) {
    this.address = address;
    this.format = format;
    this.owner = owner;
    this.isDry = isDry;
    this.out = out;
    this.err = err;
  }

  /** Reads the command line; {@link IllegalArgumentException} if it makes no sense. */
  static CommandLine parse(List<String> arguments, String sessions) {
    Set<String> options =
        Set.of(
            sessions,
            "--format",
            "--owner",
            "--jdbc",
            "--jdbc-user",
            "--jdbc-password-file",
            "--driver");
    return CommandLine.parse(arguments, options, Set.of("--dry-run"));
  }

  static ImportCommand of(
      StoreAddress address, CommandLine line, PrintStream out, PrintStream err) {
    String format = line.options().get("--format");
    return new ImportCommand(
        address,
        format == null ? null : ChatFormat.named(format),
        owner(line.options().get("--owner")),
        line.has("--dry-run"),
        out,
        err);
  }

  private static ImportOwner owner(String text) {
    if (text == null) {
      return ImportOwner.AS_STORED;
    }
    Owner owner = OwnerName.parse(text);
    return "*".equals(owner.user())
        ? ImportOwner.eachUserOf(owner.tenant())
        : ImportOwner.of(owner);
  }

  /** Reads files, or a database. */
  int call(CommandLine line) {
    if (line.words().isEmpty() != line.has("--jdbc")) {
      throw new IllegalArgumentException("import takes either files or --jdbc URL");
    }
    if (!line.has("--jdbc")) {
      return files(line.words());
    }
    if (format != null && format != ChatFormat.OPENWEBUI) {
      throw new IllegalArgumentException("a database is Open WebUI's");
    }
    if (LOGIN.matcher(line.options().get("--jdbc")).find()) {
      throw new IllegalArgumentException(
          "the URL of a database is without user and password, as others on this machine see the"
              + " command line: see --jdbc-user and --jdbc-password-file");
    }
    String driver = line.options().get("--driver");
    try (OpenWebUiDatabase database =
        OpenWebUiDatabase.open(
            line.options().get("--jdbc"), login(line), driver == null ? null : path(driver))) {
      return run(0, all -> database.each(most(), all));
    }
  }

  private static Properties login(CommandLine line) {
    Properties login = new Properties();
    if (line.has("--jdbc-user")) {
      login.setProperty("user", line.options().get("--jdbc-user"));
    }
    if (line.has("--jdbc-password-file")) {
      String file = line.options().get("--jdbc-password-file");
      login.setProperty("password", CopyCommand.password(file));
    }
    return login;
  }

  private int files(List<String> names) {
    List<Path> places = new ArrayList<>();
    long bytes = 0;
    for (String name : names) {
      places.add(path(name));
      bytes += ChatFiles.bytes(places.get(places.size() - 1));
    }
    return run(bytes, all -> places.forEach(this::place));
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("no file can be called " + name, e);
    }
  }

  /** Opens the store and imports; the exit status. */
  private int run(long bytes, Consumer<SessionImport> work) {
    int megabytes = (int) Math.min(Integer.MAX_VALUE, bytes / MEGABYTE);
    progress = new CopyProgress(err, CopyProgress.isTerminal(), System::nanoTime, megabytes, "MB");
    try (SessionStore store = open()) {
      sessions = new SessionImport(store, owner, isDry, Clock.systemUTC(), this);
      work.accept(sessions);
    } catch (StoreUnavailableException | StorageFullException e) {
      say("The import is not complete; the same command goes on with it.");
      throw e;
    } finally {
      progress.clear();
    }
    report();
    return skipped == 0 && !failed ? 0 : 1;
  }

  private SessionStore open() {
    if (isDry) {
      return address.mayBeThere() ? address.openToRead() : new NoSessions();
    }
    SessionStore plain = address.open();
    return address.archive().map(archive -> archive.before(plain)).orElse(plain);
  }

  private void place(Path place) {
    try {
      ChatFiles.each(place, this::read, this);
    } catch (IOException e) {
      unreadable(place.toString(), e);
    }
  }

  private void read(long bytes) {
    read += bytes;
    progress.at((int) Math.min(Integer.MAX_VALUE, read / MEGABYTE));
  }

  private static int most() {
    return (int) Math.min(MOST, Runtime.getRuntime().maxMemory() / HEAP_OVER_CHAT);
  }

  @Override
  public void file(String name, InputStream in) {
    try {
      new ChatFile(in, format, most()).each(sessions);
    } catch (IOException e) {
      unreadable(name, e);
    }
  }

  @Override
  public void unreadable(String name, IOException failure) {
    failed = true;
    String reason =
        failure instanceof NoSuchFileException ? "there is no such file" : failure.getMessage();
    say(Printable.line(name) + ": " + Printable.line("" + reason));
  }

  private void say(String line) {
    progress.say(line);
  }

  @Override
  public void imported(Imported session) {
    imported++;
    messages += session.messages();
    attachments += session.attachments();
    if (models.size() < MODELS) {
      models.addAll(session.models());
    }
    progress.clear();
    out.println(
        String.join(
            "\t",
            session.id().value(),
            day(session.created()),
            day(session.updated()),
            Printable.line(session.owner().toString()),
            "messages " + session.messages(),
            "branches " + session.branches(),
            "calls " + session.calls(),
            "attachments " + session.attachments(),
            session.title() == null ? "-" : Printable.line(session.title(), FIRST_WORDS)));
  }

  private static String day(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void there(SessionId id) {
    there++;
    say(id + " exists already, and stays as it is");
  }

  @Override
  public void skipped(String chat, String reason) {
    skipped++;
    say(Printable.line(chat, FIRST_WORDS) + " is skipped: " + Printable.line(reason));
  }

  @Override
  public void passed() {
    passed++;
  }

  private void report() {
    progress.clear();
    out.printf(
        "%s %d, there already %d, skipped %d, without messages %d%n",
        isDry ? "to be imported" : "imported", imported, there, skipped, passed);
    if (imported > 0) {
      String names = models.isEmpty() ? "-" : Printable.line(String.join(", ", models));
      out.printf("messages %d, attachments %d, models: %s%n", messages, attachments, names);
    }
  }
}
