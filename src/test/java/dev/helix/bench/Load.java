package dev.helix.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The load generator: so many callers at several targets that take turns, from one thread. An
 * answer that is not what the upstream sent ends it with an exception. Its argument is a plan in
 * JSON, as {@link TurnCost} has it; it prints a line of JSON with the figures of each round.
 */
final class Load {
  private final Map<Api, Script> scripts = new EnumMap<>(Api.class);
  private final int callers;
  private final String name;
  private final boolean inTurn;
  private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

  private Load(JsonNode plan) {
    for (Api api : Api.values()) {
      String model = plan.path("model").asText();
      int turns = plan.path("turns").asInt();
      scripts.put(api, new Script(api, model, turns, plan.path("first_message_bytes").asInt()));
    }
    this.callers = plan.path("callers").asInt();
    this.name = plan.path("name").asText();
    this.inTurn = plan.path("in_turn").asBoolean();
  }

  public static void main(String[] arguments) throws IOException {
    JsonNode plan = Json.read(arguments[0]);
    Load load = new Load(plan);
    Path folder = Path.of(plan.path("folder").asText());
    int warmUp = plan.path("warm_up").asInt();
    ArrayNode measured = Json.array();
    for (int round = 0; round < warmUp + plan.path("rounds").asInt(); round++) {
      ObjectNode figures = Json.object();
      for (JsonNode target : plan.path("targets")) {
        figures.set(
            target.path("name").asText(),
            load.round(
                Api.valueOf(target.path("api").asText(Api.CHAT.name())),
                URI.create(target.path("url").asText()),
                round,
                target.path("conversations").asInt()));
      }
      figures.put("fdatasync_ms", ForcedAppends.one(folder).millis(0.5));
      if (round >= warmUp) {
        measured.add(figures);
      }
    }
    System.out.println(measured);
  }

  private ObjectNode round(Api api, URI target, int round, int conversations) throws IOException {
    Script script = scripts.get(api);
    Sample first = new Sample();
    Sample later = new Sample();
    Sample firstEvent = new Sample();
    long events = 0;
    try (Selector selector = Selector.open()) {
      List<SocketChannel> channels = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        SocketChannel channel =
            SocketChannel.open(new InetSocketAddress(target.getHost(), target.getPort()));
        channel.configureBlocking(false);
        channel.socket().setTcpNoDelay(true);
        channels.add(channel);
      }
      long begun = System.nanoTime();
      int busy = callers;
      for (int i = 0; i < callers; i++) {
        LoadCaller caller =
            new LoadCaller(
                channels.get(i), script, target, id(api, name, round, i), conversations, inTurn);
        caller.next();
        channels.get(i).register(selector, interest(caller), caller);
      }
      while (busy > 0) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          LoadCaller caller = (LoadCaller) key.attachment();
          if (key.isWritable()) {
            key.interestOps(interest(caller));
          } else if (caller.read(buffer)) {
            (caller.isFirst() ? first : later).add(System.nanoTime() - caller.begun());
            events += caller.events();
            if (script.streams()) {
              firstEvent.add(caller.firstEvent() - caller.begun());
            }
            if (caller.next()) {
              key.interestOps(interest(caller));
            } else {
              key.cancel();
              busy--;
            }
          }
        }
        selector.selectedKeys().clear();
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      for (SocketChannel channel : channels) {
        channel.close();
      }
      ObjectNode figures = Json.object();
      int all = callers * conversations * script.turns();
      figures.put("per_second", all / seconds);
      put(figures, "first", first);
      put(figures, "later", later);
      if (script.streams()) {
        put(figures, "first_event", firstEvent);
        figures.put("events_per_second", events / seconds);
      }
      return figures;
    }
  }

  private static int interest(LoadCaller caller) throws IOException {
    return caller.send() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE;
  }

  private static void put(ObjectNode figures, String name, Sample sample) {
    if (sample.size() > 0) {
      figures.put(name + "_ms", sample.millis(0.5)).put(name + "_p99_ms", sample.millis(0.99));
    }
  }

  /** What the ids of the conversations begin with that a caller holds in a round. */
  static String id(Api api, String name, int round, int caller) {
    return (api == Api.CHAT ? "" : "r-") + name + "-" + round + "-" + caller + "-";
  }
}
