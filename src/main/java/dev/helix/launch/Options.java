package dev.helix.launch;

import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the command line asked for. Immutable.
 *
 * @param port the port to listen on, 0 to 65535; 0 takes any free one
 * @param host the name or address to listen on
 * @param context the context path, {@code /} or one that begins with a slash and does not end in
 *     one
 * @param sessions where sessions are kept, or null for what the other settings say
 * @param task what to do
 */
record Options(int port, String host, String context, String sessions, Task task) {

  /** What a run of the program is for. */
  enum Task {
    SERVE,
    HELP,
    VERSION
  }

  static final String USAGE =
      """
      Usage: java -jar helix-sessions.war [options]
             java -jar helix-sessions.war command ...

        --port N        port to listen on, 0 for any free one (default 8080)
        --host H        name or address to listen on (default 127.0.0.1)
        --context PATH  context path (default /)
        --sessions DIR  folder the sessions are kept in (default ~/.helix/sessions)
        --help          this text
        --version       the version

      Commands, which start no server:

        hash-key TENANT [--service]   reads an API key from standard input and prints its line for
                 [--operator]         the file of keys; --new makes a key and prints it to
                                      standard error
        list [--limit N]              the sessions last used, 20 unless told
        show ID                       a session and its current path
        delete ID                     removes a session for good; the server must be stopped
        adopt --owner [TENANT][:USER] ID... | --all
                                      gives sessions without an owner to one; the server must be
                                      stopped
        copy --from STORE --to STORE  copies all sessions and the owners' secret, and verifies them;
                                      may be repeated to go on. A STORE is files:DIR, a JDBC URL,
                                      redis://..., rediss://... or redis+cluster://...;
                                      --from-user U, --from-password-file FILE, and the same with
                                      --to, log in

        import FILE...                takes in chats of other programs, by file, folder or zip:
                                      --format openwebui, chatgpt, librechat or jsonl (found out
                                      unless told), --owner [TENANT][:USER], whose user may be '*'
                                      for each chat's own, --dry-run to only say what would be.
                                      --jdbc URL in place of files is Open WebUI's database, with
                                      --jdbc-user, --jdbc-password-file and --driver JAR
        export [ID...]                writes sessions, all or those of --owner [TENANT][:USER], to
                                      --to FILE or the standard output: --format jsonl (as they
                                      are), markdown, openwebui or fine-tuning

        backup DIR | FILE.zip         copies all sessions, archived ones too, and the owners' secret
                                      out of the store, beside a running server; again into the
                                      same DIR it writes what has changed
        restore DIR | FILE.zip        puts into the store what a backup has and it has not

      All but hash-key and copy take --sessions DIR too.

      Every other setting is a system property before -jar (java -Dhelix.upstream.url=... -jar ...)
      or an environment variable (HELIX_UPSTREAM_URL=...).
      """;

  private static final Pattern CONTEXT = Pattern.compile("/|(/[A-Za-z0-9._~-]+)+");

  Options {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("--port takes a number from 0 to 65535, not " + port);
    }
    if (host.isBlank()) {
      throw new IllegalArgumentException("--host takes a name or an address");
    }
    if (!CONTEXT.matcher(context).matches()) {
      throw new IllegalArgumentException(
          "--context takes / or a path such as /chat, not " + context);
    }
    if (sessions != null && sessions.isBlank()) {
      throw new IllegalArgumentException("--sessions takes a folder");
    }
  }

  /**
   * Reads a command line. Asking for help or the version wins over everything after it.
   *
   * @throws IllegalArgumentException if an option is unknown, lacks its value or has a wrong one;
   *     the message is for the person at the terminal
   */
  static Options parse(List<String> arguments) {
    int port = 8080;
    String host = "127.0.0.1";
    String context = "/";
    String sessions = null;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      switch (option) {
        case "--port" -> port = number(option, value(option, rest));
        case "--host" -> host = value(option, rest);
        case "--context" -> context = value(option, rest);
        case "--sessions" -> sessions = value(option, rest);
        case "--help" -> {
          return new Options(port, host, context, sessions, Task.HELP);
        }
        case "--version" -> {
          return new Options(port, host, context, sessions, Task.VERSION);
        }
        default -> throw new IllegalArgumentException("unknown option: " + option);
      }
    }
    return new Options(port, host, context, sessions, Task.SERVE);
  }

  private static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return rest.next();
  }

  private static int number(String option, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " takes a number, not " + text, e);
    }
  }
}
