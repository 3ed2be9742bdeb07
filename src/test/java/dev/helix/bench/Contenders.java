package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * One upstream and all that can be before it: nothing, nginx, LiteLLM and the server. All run at
 * the same time, so that a load can go to one after the other.
 */
final class Contenders implements AutoCloseable {
  /** Their names in a load's figures. */
  static final String STRAIGHT = "straight";

  static final String NGINX = "nginx";

  /** Jetty's asynchronous proxy servlet: the least that a servlet can do. */
  static final String SERVLET = "servlet";

  /** A servlet that forces question and answer to a file, and does nothing else. */
  static final String DURABLE_SERVLET = "durable_servlet";

  /** The same with a session's folder for each conversation. */
  static final String FOLDERS_SERVLET = "folders_servlet";

  static final String LITELLM = "litellm";
  static final String OURS = "ours";

  /** Ours, asked for responses. */
  static final String OUR_RESPONSES = "our_responses";

  private static final String PROXY = "dev.helix.bench.proxy.JettyProxy";
  private static final String DURABLE_PROXY = "dev.helix.bench.proxy.DurableProxy";

  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final Upstream upstream;
  private final BenchServer ours;
  private final Nginx nginx;
  private final URI servlet;
  private final URI durableServlet;
  private final URI foldersServlet;
  private final LiteLlm liteLlm;
  private final String whyNoLiteLlm;

  /**
   * Starts them in a folder.
   *
   * @param environment where LiteLLM is or is installed; null where it has no part in it
   */
  Contenders(Path folder, Path environment) throws IOException {
    whyNoLiteLlm =
        environment == null ? "it takes too long for a short run" : LiteLlm.install(environment);
    Optional<Path> program = Nginx.program();
    boolean complete = false;
    try {
      upstream = started(Upstream.start());
      URI url = upstream.url();
      ours = started(new BenchServer(ServerUnderTest.launcher(), folder.resolve("sessions"), url));
      nginx =
          program.isPresent()
              ? started(Nginx.start(program.get(), folder.resolve("nginx"), url))
              : null;
      servlet = isThere(PROXY) ? servlet(PROXY, url.toString()) : null;
      durableServlet =
          isThere(DURABLE_PROXY)
              ? servlet(DURABLE_PROXY, url.toString(), "files", folder.resolve("kept").toString())
              : null;
      foldersServlet =
          isThere(DURABLE_PROXY)
              ? servlet(DURABLE_PROXY, url.toString(), "folders", folder.resolve("made").toString())
              : null;
      liteLlm =
          whyNoLiteLlm == null
              ? started(LiteLlm.start(environment, folder.resolve("litellm"), url))
              : null;
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private static boolean isThere(String name) {
    return Contenders.class.getResource("/" + name.replace('.', '/') + ".class") != null;
  }

  private URI servlet(String main, String... arguments) throws IOException {
    Child proxy = started(Child.startWithAll(main, List.of(), List.of(arguments)));
    return URI.create("http://127.0.0.1:" + proxy.line());
  }

  private <T extends AutoCloseable> T started(T one) {
    started.push(one);
    return one;
  }

  BenchServer ours() {
    return ours;
  }

  boolean hasNginx() {
    return nginx != null;
  }

  boolean hasLiteLlm() {
    return liteLlm != null;
  }

  String whyNoNginx() {
    return "nginx is not installed";
  }

  String whyNoLiteLlm() {
    return whyNoLiteLlm;
  }

  /** The targets of a load, as {@link Load} has them, in which each is as often as the others. */
  ArrayNode targets(int conversations) {
    ArrayNode targets = Json.array();
    add(targets, STRAIGHT, upstream.url(), conversations);
    if (nginx != null) {
      add(targets, NGINX, nginx.url(), conversations);
    }
    if (servlet != null) {
      add(targets, SERVLET, servlet, conversations);
    }
    add(targets, OURS, ours.url(), conversations);
    return targets;
  }

  /** Going straight, and ours, asked in both ways. */
  ArrayNode oursInBothWays(int conversations) {
    ArrayNode targets = Json.array();
    add(targets, STRAIGHT, upstream.url(), conversations);
    add(targets, OURS, ours.url(), conversations);
    add(targets, OUR_RESPONSES, ours.url(), conversations);
    ((ObjectNode) targets.get(2)).put("api", Api.RESPONSES.name());
    return targets;
  }

  /** Adds the servlet that keeps what is said. */
  void addDurableServlet(ArrayNode targets, int conversations) {
    if (durableServlet != null) {
      add(targets, DURABLE_SERVLET, durableServlet, conversations);
    }
  }

  /** Adds both servlets that keep what is said. */
  void addDurableServlets(ArrayNode targets, int conversations) {
    addDurableServlet(targets, conversations);
    if (foldersServlet != null) {
      add(targets, FOLDERS_SERVLET, foldersServlet, conversations);
    }
  }

  /** Adds LiteLLM, where there is one. */
  void addLiteLlm(ArrayNode targets, int conversations) {
    if (liteLlm != null) {
      add(targets, LITELLM, liteLlm.url(), conversations);
    }
  }

  private static void add(ArrayNode targets, String name, URI url, int conversations) {
    targets.add(
        Json.object()
            .put("name", name)
            .put("url", url.toString())
            .put("conversations", conversations));
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
