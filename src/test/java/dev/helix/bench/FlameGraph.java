package dev.helix.bench;

import dev.helix.bench.StackTree.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where the time goes, from a recording of the JDK's flight recorder: an image in SVG in which each
 * method is as wide as the share of the samples it was in, above the one that called it. The
 * process should record with {@code -XX:FlightRecorderOptions=stackdepth=256}: deeper stacks lack
 * their roots.
 */
public final class FlameGraph {
  /** What an image may have at most, in bytes; narrow frames are left out until it is met. */
  static final int MOST_BYTES = 290_000;

  private static final double WIDTH = 1200;
  private static final double MARGIN = 16;
  private static final double ROW = 17;
  private static final double TOP = 72;
  // Of monospace at 11 pixels, in which nearly all fonts agree.
  private static final double LETTER = 6.65;

  private final String title;
  private final StackTree tree;
  private final double least;

  private FlameGraph(String title, StackTree tree, double least) {
    this.title = title;
    this.tree = tree;
    this.least = least;
  }

  /**
   * The program.
   *
   * @param arguments the recording, the image, its title, and if wanted what the names of threads
   *     must match and {@code native}, which counts threads in native code, too
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 3 || arguments.length > 5) {
      System.err.println("usage: FlameGraph RECORDING.jfr IMAGE.svg TITLE [THREADS [native]]");
      System.exit(2);
    }
    Pattern threads = arguments.length > 3 ? Pattern.compile(arguments[3]) : null;
    boolean natives = arguments.length > 4 && arguments[4].equals("native");
    write(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2], threads, natives);
  }

  /**
   * Writes one.
   *
   * @param threads what the whole name of a thread must match; null takes all threads
   * @param natives whether samples of threads in native code count, which may only be waiting there
   * @throws IllegalArgumentException if the recording has no such sample
   */
  static void write(Path recording, Path image, String title, Pattern threads, boolean natives)
      throws IOException {
    StackTree tree = StackTree.read(recording, threads, natives);
    if (tree.root().samples() == 0) {
      throw new IllegalArgumentException("no samples in " + recording);
    }
    byte[] svg = svg(title, tree).getBytes(StandardCharsets.UTF_8);
    Files.write(image, svg);
  }

  static String svg(String title, StackTree tree) {
    // A method that was seen once says nothing, unless there are hardly more.
    double least = Math.max(0.001, Math.min(0.01, 2.0 / tree.root().samples()));
    String svg = new FlameGraph(title, tree, least).draw();
    while (svg.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      least *= 1.5;
      svg = new FlameGraph(title, tree, least).draw();
    }
    return svg;
  }

  private String draw() {
    int all = tree.root().samples();
    double bottom = TOP + depth(tree.root()) * ROW;
    String head = title + ", " + Numbers.plain(all) + (all == 1 ? " sample" : " samples");
    Svg svg = new Svg(WIDTH, bottom + 34, head, style());
    svg.text("title", "start", MARGIN, 32, head);
    legend(svg);
    svg.open("g", "class", "frames");
    double from = MARGIN;
    for (Node callee : tree.root().callees()) {
      from = frame(svg, callee, from, bottom - ROW);
    }
    svg.close("g");
    String note = "Frames in fewer than " + Numbers.plain(100 * least) + " % are left out.";
    if (tree.cutOff() > 0) {
      note += " " + Numbers.plain(tree.cutOff()) + " stacks were too deep and lack their roots.";
    }
    svg.text("note", "start", MARGIN, bottom + 20, note);
    return svg.end();
  }

  private static String style() {
    StringBuilder style = new StringBuilder();
    style.append(".title { font-size: 17px; font-weight: 600 }\n");
    style.append(".name { font-size: 13px }\n");
    style.append(".note { font-size: 12px; fill: #59636e }\n");
    style.append(".frames text { font: 11px monospace }\n");
    style.append("rect { stroke: ").append(Svg.GROUND).append("; stroke-width: 0.6 }\n");
    for (FrameKind kind : FrameKind.values()) {
      style.append('.').append(kind.style()).append(" { fill: ").append(kind.colour());
      style.append(" }\n");
    }
    return style.toString();
  }

  private void legend(Svg svg) {
    Map<FrameKind, Integer> own = new EnumMap<>(FrameKind.class);
    count(tree.root(), own);
    double x = MARGIN;
    for (FrameKind kind : FrameKind.values()) {
      double all = tree.root().samples();
      String words = kind.label() + " " + Numbers.percent(own.getOrDefault(kind, 0), all);
      svg.rect(x, 46, 14, 14, "class", kind.style());
      svg.text("name", "start", x + 20, 57, words);
      x += 20 + Lettering.width(words, 13) + 16;
    }
    svg.text("note", "end", WIDTH - MARGIN, 57, "share of samples at the top of the stack");
  }

  private static void count(Node node, Map<FrameKind, Integer> own) {
    own.merge(node.kind(), node.own(), Integer::sum);
    node.callees().forEach(callee -> count(callee, own));
  }

  private boolean isShown(Node node) {
    return node.samples() >= least * tree.root().samples();
  }

  private int depth(Node node) {
    return node.callees().stream()
        .filter(this::isShown)
        .mapToInt(n -> 1 + depth(n))
        .max()
        .orElse(0);
  }

  /** Draws a frame and those above it, and returns where it ends. */
  private double frame(Svg svg, Node node, double x, double y) {
    double all = tree.root().samples();
    double width = node.samples() / all * (WIDTH - 2 * MARGIN);
    if (isShown(node)) {
      String samples = Numbers.plain(node.samples()) + ", " + Numbers.percent(node.samples(), all);
      svg.open("g");
      svg.words("title", node.name() + ": " + samples);
      svg.rect(x, y, width, ROW - 1, "class", node.kind().style());
      String label = label(node.name(), (int) ((width - 6) / LETTER));
      if (!label.isEmpty()) {
        svg.words("text", label, "x", x + 3, "y", y + 12);
      }
      svg.close("g");
      double from = x;
      for (Node callee : node.callees()) {
        from = frame(svg, callee, from, y - ROW);
      }
    }
    return x + width;
  }

  /** The class and the method without packages, or as much of them as has room. */
  static String label(String name, int letters) {
    String words = name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
    if (words.length() <= letters) {
      return words;
    }
    return letters < 4 ? "" : words.substring(0, letters - 1) + "…";
  }
}
