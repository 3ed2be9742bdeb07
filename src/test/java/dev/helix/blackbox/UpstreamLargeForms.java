package dev.helix.blackbox;

import static dev.helix.blackbox.StreamEvents.STOP;
import static dev.helix.blackbox.StreamEvents.delta;
import static dev.helix.blackbox.StreamEvents.event;
import static dev.helix.blackbox.StreamEvents.text;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;

/** Answers that are longer than is kept, mostly by images in them. */
final class UpstreamLargeForms {
  private UpstreamLargeForms() {}

  private static byte[] image(int bytes) {
    byte[] image = new byte[bytes];
    new Random(bytes).nextBytes(image);
    return image;
  }

  private static String url(byte[] image) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(image);
  }

  /** What is kept of the image's URL. */
  private static String kept(byte[] image) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(image);
      String hex = HexFormat.of().formatHex(digest);
      return "data:image/png;length=" + image.length + ";sha256=" + hex + ",";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String images(String url) {
    return "\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}]";
  }

  private static String message(String content, String more) {
    return "{\"role\":\"assistant\",\"content\":\"" + content + "\"" + more + "}";
  }

  private static String completion(String message) {
    return "{\"choices\":[{\"index\":0,\"message\":" + message + ",\"finish_reason\":\"stop\"}]}";
  }

  static Stream<UpstreamForm> large() {
    byte[] small = image(1000);
    byte[] middle = image(100_000);
    byte[] large = image(UpstreamForms.REPLY + 100_000);
    String many = "many words ".repeat(UpstreamForms.REPLY / 50);
    return Stream.of(
        UpstreamForm.stream("a small image", delta(images(url(small))), text("a"), STOP)
            .keeps("{\"role\":\"assistant\",\"content\":\"a\"," + images(url(small)) + "}"),
        UpstreamForm.stream("an image", delta(images(url(middle))), text("a"), STOP)
            .keeps("{\"role\":\"assistant\",\"content\":\"a\"," + images(kept(middle)) + "}"),
        UpstreamForm.stream("a large image", text("a"), delta(images(url(large))), text("b"), STOP)
            .keeps(message("ab", "," + images(kept(large)))),
        UpstreamForm.stream(
                "large images in the text", text("![i](" + url(large) + ")"), text(" b"), STOP)
            .says("![i](" + kept(large) + ") b")
            .notResent(),
        UpstreamForm.stream("an image in the text", text("![i](" + url(middle) + ")"), STOP)
            .says("![i](" + kept(middle) + ")")
            .resentAs(message("![i](" + url(middle) + ")", "")),
        UpstreamForm.stream(
                "more in all than is kept of one",
                text(many),
                text(many),
                text(many),
                text(many),
                text(many),
                text(many),
                STOP)
            .says(many.repeat(5))
            .failed(),
        UpstreamForm.stream(
                "envelopes that are longer than is kept",
                event("{\"x\":\"" + many + "\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}")
                    .repeat(6),
                STOP)
            .says("aaaaaa"),
        UpstreamForm.whole("a small image", completion(message("a", "," + images(url(small)))))
            .keeps(message("a", "," + images(url(small)))),
        UpstreamForm.whole("an image", completion(message("a", "," + images(url(middle)))))
            .keeps(message("a", "," + images(kept(middle)))),
        UpstreamForm.whole("a large image", completion(message("a", "," + images(url(large)))))
            .keeps(message("a", "," + images(kept(large)))),
        UpstreamForm.whole(
                "an image in the text", completion(message("![i](" + url(middle) + ")", "")))
            .says("![i](" + kept(middle) + ")")
            .resentAs(message("![i](" + url(middle) + ")", "")),
        UpstreamForm.whole(
                "a large image in parts of a content",
                completion(
                    "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                        + url(large)
                        + "\"}}]}"))
            .keeps(
                "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                    + kept(large)
                    + "\"}}]}"));
  }
}
