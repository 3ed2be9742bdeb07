package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import dev.helix.scripted.Request;
import dev.helix.scripted.Tap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What went over the wire in one scenario, step by step, as JSON: the requests, what the model
 * said, the order of beginnings and ends, and the tree that Open WebUI showed afterwards. It holds
 * nothing of Open WebUI's own prompts and tools, no keys and no tokens. Not thread-safe.
 */
final class Recording {
  private final ObjectNode json = Json.object();
  private final Tap tap;
  private final Model model;
  private int moments;

  /** A recording of what passes the tap from now on. */
  Recording(HeaderSetup setup, String scenario, String version, Tap tap, Model model) {
    this.tap = tap;
    this.model = model;
    this.moments = tap.events().size();
    json.put("setup", setup.title).put("scenario", scenario).put("openwebui", version);
    json.putArray("steps");
  }

  /**
   * Adds what passed since the last step.
   *
   * @param chat the chat's id, null where nothing must be stored
   * @param tree the chat as Open WebUI has it now, null as above
   */
  void step(String name, String chat, Comparison comparison, ChatTree tree) {
    ObjectNode step = json.withArray("steps").addObject().put("name", name).put("chat", chat);
    step.put("comparison", comparison.name());
    ArrayNode events = step.putArray("events");
    List<Tap.Event> all = tap.events();
    for (Tap.Event event : all.subList(moments, all.size())) {
      ObjectNode one = events.addObject();
      one.put("exchange", event.exchange());
      one.put("moment", event.moment().name().toLowerCase(java.util.Locale.ROOT));
      if (event.moment() == Tap.Moment.BEGUN) {
        describe(event.exchange(), one);
      }
    }
    moments = all.size();
    step.set("tree", tree == null ? null : tree.toJson());
  }

  private void describe(int exchange, ObjectNode one) {
    Request request = tap.request(exchange);
    one.put("method", request.method()).put("path", request.path());
    ObjectNode headers = one.putObject("headers");
    request.headers().stream()
        .filter(header -> header.name().toLowerCase(java.util.Locale.ROOT).startsWith("x-"))
        .filter(header -> !header.name().equalsIgnoreCase(UserJwt.HEADER))
        .forEach(header -> headers.put(header.name(), header.value()));
    String token = request.header(UserJwt.HEADER);
    if (token != null) {
      one.set("user", UserJwt.user(token));
    }
    if (request.body().length > 0) {
      one.set("body", StandIn.body((ObjectNode) request.json()));
      Script said = model.said(exchange);
      one.set("reply", said == null ? null : said.toJson());
    }
  }

  /** The requests of the last step, to read in a report. */
  String lastStep() {
    JsonNode steps = json.path("steps");
    StringBuilder text = new StringBuilder();
    for (JsonNode event : steps.path(steps.size() - 1).path("events")) {
      text.append(event).append('\n');
    }
    return text.toString();
  }

  // One event or node to a line: short files, and differences that can be read.
  private String lines() {
    return json.toString()
            .replace("{\"exchange\":", "\n{\"exchange\":")
            .replace("{\"id\":\"", "\n{\"id\":\"")
            .replace("{\"name\":\"", "\n\n{\"name\":\"")
        + "\n";
  }

  /** Writes it to {@code <setup>-<scenario>.json}. */
  void writeTo(Path folder) {
    String name = json.path("setup").asText() + "-" + json.path("scenario").asText() + ".json";
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(name), lines());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
