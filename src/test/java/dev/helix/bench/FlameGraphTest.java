package dev.helix.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class FlameGraphTest {
  private static final String SAMPLE = "jdk.ExecutionSample";
  private static final String BUSY = "busy <1>";

  @TempDir static Path folder;
  private static Path recorded;

  @BeforeAll
  @Timeout(60)
  static void aThreadIsSampledWhileItIsBusy() throws IOException, InterruptedException {
    recorded = folder.resolve("busy.jfr");
    CountDownLatch sampled = new CountDownLatch(10);
    try (Recording recording = new Recording();
        RecordingStream stream = new RecordingStream()) {
      recording.enable(SAMPLE).withPeriod(Duration.ofMillis(10));
      stream.enable(SAMPLE).withPeriod(Duration.ofMillis(10));
      stream.onEvent(
          SAMPLE,
          event -> {
            if (BUSY.equals(event.getThread("sampledThread").getJavaName())) {
              sampled.countDown();
            }
          });
      recording.start();
      stream.startAsync();
      Thread busy = new Thread(() -> assertTrue(beBusyUntil(sampled) > 0), BUSY);
      busy.setDaemon(true);
      busy.start();
      busy.join();
      recording.stop();
      recording.dump(recorded);
    }
  }

  private static double beBusyUntil(CountDownLatch sampled) {
    double sum = 0;
    while (sampled.getCount() > 0) {
      for (int i = 0; i < 100_000; i++) {
        sum += Math.sqrt(i);
      }
    }
    return sum;
  }

  @Test
  void theBusyMethodIsInIt_withAllSamplesAboveItsThread() throws IOException {
    Path image = folder.resolve("busy.svg");
    FlameGraph.main(new String[] {recorded.toString(), image.toString(), "busy & so on"});
    String text = Files.readString(image);
    Element svg = Xml.read(text);
    String title = Xml.all(svg, "title").get(0).getTextContent();
    assertTrue(title.matches("busy & so on, [0-9,]+ samples"), title);
    Element frames = Xml.ofClass(svg, "frames").get(0);
    Element busy =
        Xml.all(frames, "g").stream()
            .filter(frame -> frame.getTextContent().contains("FlameGraphTest.beBusyUntil"))
            .findFirst()
            .orElseThrow();
    assertEquals(
        FrameKind.OURS.style(), Xml.all(busy, "rect").get(0).getAttribute("class"), "its colour");
    String tip = Xml.all(busy, "title").get(0).getTextContent();
    assertTrue(tip.startsWith("helix.bench.FlameGraphTest.beBusyUntil: "), tip);
    assertTrue(text.length() < FlameGraph.MOST_BYTES);
  }

  @Test
  void onlyThreadsOfTheWantedNames_areShown() throws IOException {
    Path image = folder.resolve("filtered.svg");
    FlameGraph.write(recorded, image, "busy", Pattern.compile("busy.*"), false);
    Xml.read(Files.readString(image));
    assertThrows(
        IllegalArgumentException.class,
        () -> FlameGraph.write(recorded, image, "none", Pattern.compile("usy"), true));
  }

  @Test
  void namesAreShort_andThoseMadeAtRunTimeAreSteady() {
    assertEquals("helix.turn.Turn", StackTree.shortened("dev.helix.turn.Turn"));
    assertEquals("Turn", StackTree.shortened("Turn"));
    assertEquals("a.b.C$$Lambda", StackTree.shortened("a.b.C$$Lambda$14/0x00007f1234.5"));
    assertEquals("a.b.C$$Lambda", StackTree.shortened("a.b.C$$Lambda+0x00007f1234.5"));
    assertEquals(
        "lang.invoke.LambdaForm$DMH", StackTree.shortened("java.lang.invoke.LambdaForm$DMH.0x01"));
    assertEquals("Turn.run", FlameGraph.label("helix.chat.Turn.run", 8));
    assertEquals("Turn.r…", FlameGraph.label("helix.chat.Turn.run", 7));
    assertEquals("", FlameGraph.label("helix.chat.Turn.run", 3));
    assertEquals("(cut off)", FlameGraph.label("(cut off)", 20));
  }

  @Test
  void framesAreOfTheirKinds() {
    assertEquals(FrameKind.OURS, FrameKind.of("dev.helix.turn.Turn"));
    assertEquals(FrameKind.CONTAINER, FrameKind.of("org.apache.catalina.core.StandardWrapper"));
    assertEquals(FrameKind.HTTP_CLIENT, FrameKind.of("org.apache.hc.core5.http.HttpHost"));
    assertEquals(FrameKind.JDK, FrameKind.of("java.lang.Thread"));
    assertEquals(FrameKind.OTHER, FrameKind.of("javassist.Loader"));
    assertFalse(FrameKind.of("(cut off)") == FrameKind.JDK);
  }
}
