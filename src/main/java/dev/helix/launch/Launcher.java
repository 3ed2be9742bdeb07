package dev.helix.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.logging.Level;

/**
 * The program in the WAR: {@code java -jar helix-sessions.war [options]}, or a command for an
 * operator in place of the options. It needs nothing but the JDK. Exit status: 0 after {@code
 * --help}, {@code --version} and a command that is done, 1 if the server does not start or a
 * command cannot be done, 2 for a command line that makes no sense, the JVM's own (143, 130) after
 * a signal.
 */
public final class Launcher {
  private static final Set<String> COMMANDS =
      Set.of(
          "hash-key",
          "list",
          "show",
          "delete",
          "adopt",
          "import",
          "export",
          "copy",
          "backup",
          "restore");

  /** What is to be closed when the JVM ends, the newest first. */
  private final Deque<AutoCloseable> running = new ConcurrentLinkedDeque<>();

  private volatile boolean stopping;

  private Launcher() {}

  /** Runs the program; returns once the server is ready, which then keeps the JVM alive. */
  public static void main(String[] arguments) {
    int status = new Launcher().run(List.of(arguments));
    if (status != 0) {
      System.exit(status);
    }
  }

  private int run(List<String> arguments) {
    if (!arguments.isEmpty() && COMMANDS.contains(arguments.get(0))) {
      return command(arguments);
    }
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Options.USAGE);
      return 2;
    }
    return switch (options.task()) {
      case HELP -> {
        System.out.print(Options.USAGE);
        yield 0;
      }
      case VERSION -> {
        System.out.println(
            "helix-sessions " + Launcher.class.getPackage().getImplementationVersion());
        yield 0;
      }
      case SERVE -> serve(options);
    };
  }

  private int serve(Options options) {
    InetSocketAddress address = new InetSocketAddress(options.host(), options.port());
    if (address.isUnresolved()) {
      System.err.println("No such host: " + options.host());
      return 1;
    }
    if (options.sessions() != null) {
      System.setProperty("helix.sessions.dir", options.sessions());
    }
    try {
      Logging.configure(Level.INFO);
      System.out.println(server(address, options.context()).call());
      System.out.flush();
      return 0;
    } catch (Exception | LinkageError e) {
      // A signal during the start takes the ground away from under it: no failure of its own.
      if (!stopping) {
        report("helix-sessions does not start:", e);
      }
      return 1;
    }
  }

  /** Runs an operator's command, of which only the application knows what it means. */
  private int command(List<String> arguments) {
    try {
      Logging.configure(Level.WARNING);
      RunFolder folder = unpacked();
      Callable<?> command =
          (Callable<?>)
              loader(folder.applicationClassPath())
                  .loadClass("dev.helix.operator.Operator")
                  .getConstructor(
                      List.class, InputStream.class, PrintStream.class, PrintStream.class)
                  .newInstance(arguments, System.in, System.out, System.err);
      int status = (Integer) command.call();
      if (status == 2) {
        System.err.print(Options.USAGE);
      }
      return status;
    } catch (Exception | LinkageError e) {
      report(arguments.get(0) + " failed:", e);
      return 1;
    }
  }

  /** Assembles the server. */
  private Callable<?> server(InetSocketAddress address, String context)
      throws IOException, ReflectiveOperationException {
    RunFolder folder = unpacked();
    Object server =
        loader(folder.serverClassPath())
            .loadClass("dev.helix.launch.EmbeddedServer")
            .getConstructor(InetSocketAddress.class, String.class, Path.class, Path.class)
            .newInstance(address, context, folder.webApplication(), folder.work());
    running.push((AutoCloseable) server);
    return (Callable<?>) server;
  }

  /** Unpacks the WAR. The end of the JVM, however it comes, removes it. */
  private RunFolder unpacked() throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "helix-stop"));
    RunFolder folder = RunFolder.create(Path.of(System.getProperty("java.io.tmpdir")));
    running.push(folder);
    folder.unpack(war());
    folder.keep();
    return folder;
  }

  private ClassLoader loader(List<Path> classPath) throws IOException {
    URL[] urls = new URL[classPath.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = classPath.get(i).toUri().toURL();
    }
    URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    running.push(loader);
    Thread.currentThread().setContextClassLoader(loader);
    return loader;
  }

  private static Path war() throws IOException {
    try {
      return Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("the WAR's own path cannot be read", e);
    }
  }

  private void report(String headline, Throwable failure) {
    if (failure instanceof BindException) {
      System.err.println(failure.getMessage());
      return;
    }
    System.err.println(headline);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      System.err.println(
          (isOurs(cause) ? cause.getMessage() : cause.toString()).indent(2).stripTrailing());
    }
    boolean expected = isOurs(failure) || failure instanceof IOException;
    log(expected ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR, "start failed", failure);
  }

  private static boolean isOurs(Throwable cause) {
    return cause.getClass().getName().startsWith("dev.helix.") && cause.getMessage() != null;
  }

  private void stop() {
    stopping = true;
    for (AutoCloseable part : running) {
      try {
        part.close();
      } catch (Exception e) {
        log(System.Logger.Level.ERROR, "could not stop cleanly", e);
      }
    }
  }

  /** The logger is no constant: logging is configured only after this class is loaded. */
  private static void log(System.Logger.Level level, String message, Throwable failure) {
    System.getLogger(Launcher.class.getName()).log(level, message, failure);
  }
}
