package dev.helix.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** Sampled stacks, merged from their roots for as long as they are the same. Not thread-safe. */
final class StackTree {
  private static final String JAVA = "jdk.ExecutionSample";
  private static final String NATIVE = "jdk.NativeMethodSample";
  // Classes made at run time have numbers or addresses that differ in each run.
  private static final Pattern GENERATED =
      Pattern.compile("(\\$\\$Lambda|LambdaForm\\$[A-Z]+|GeneratedMethodAccessor)[^A-Za-z].*");

  private final Node root = new Node("all", FrameKind.OTHER);
  private int cutOff;

  /** A method under those that it was called from. */
  static final class Node {
    private final String name;
    private final FrameKind kind;
    private final Map<String, Node> callees = new TreeMap<>();
    private int samples;

    private Node(String name, FrameKind kind) {
      this.name = name;
      this.kind = kind;
    }

    /** The class and the method, with the two innermost packages. */
    String name() {
      return name;
    }

    FrameKind kind() {
      return kind;
    }

    /** How many samples it was in, or what it called was. */
    int samples() {
      return samples;
    }

    /** How many samples it was at the top of. */
    int own() {
      return samples - callees.values().stream().mapToInt(Node::samples).sum();
    }

    /** What it called, by name. */
    Collection<Node> callees() {
      return callees.values();
    }
  }

  /**
   * Those of a recording.
   *
   * @param threads what the whole name of a thread must match; null takes all threads
   * @param natives whether samples of threads in native code count, which may only be waiting there
   */
  static StackTree read(Path recording, Pattern threads, boolean natives) throws IOException {
    StackTree tree = new StackTree();
    Set<String> wanted = natives ? Set.of(JAVA, NATIVE) : Set.of(JAVA);
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        if (wanted.contains(event.getEventType().getName()) && isOf(threads, event)) {
          tree.add(event.getStackTrace());
        }
      }
    }
    return tree;
  }

  /** All samples, in no method. */
  Node root() {
    return root;
  }

  /** How many stacks were deeper than the recording's {@code stackdepth}: they lack their roots. */
  int cutOff() {
    return cutOff;
  }

  private static boolean isOf(Pattern threads, RecordedEvent event) {
    if (threads == null) {
      return true;
    }
    RecordedThread thread = event.getThread("sampledThread");
    String name = thread == null ? null : thread.getJavaName();
    return name != null && threads.matcher(name).matches();
  }

  private void add(RecordedStackTrace stack) {
    if (stack == null) {
      return;
    }
    Node node = root;
    node.samples++;
    if (stack.isTruncated()) {
      cutOff++;
      node = callee(node, "(cut off)", FrameKind.OTHER);
    }
    List<RecordedFrame> frames = stack.getFrames();
    for (int i = frames.size() - 1; i >= 0; i--) {
      RecordedMethod method = frames.get(i).getMethod();
      if (method != null) {
        String type = method.getType().getName();
        node = callee(node, shortened(type) + "." + method.getName(), FrameKind.of(type));
      }
    }
  }

  private static Node callee(Node caller, String name, FrameKind kind) {
    Node node = caller.callees.computeIfAbsent(name, n -> new Node(n, kind));
    node.samples++;
    return node;
  }

  /** A class's name with its two innermost packages, and without numbers that mean nothing. */
  static String shortened(String className) {
    String steady = GENERATED.matcher(className).replaceFirst("$1");
    int from = steady.lastIndexOf('.');
    for (int packages = 0; from >= 0 && packages < 2; packages++) {
      from = steady.lastIndexOf('.', from - 1);
    }
    return steady.substring(from + 1);
  }
}
