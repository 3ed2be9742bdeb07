package dev.helix.openai.socket;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A WebSocket of Jakarta WebSocket 2.1. With what is in it the only class that names its classes.
 * Public because servers take no other; none makes one itself. Safe for use by many threads.
 */
public final class ServerSocket extends Endpoint {
  private static final System.Logger LOG = System.getLogger(ServerSocket.class.getName());

  /** Where GlassFish and Payara, whose Tyrus opens no others, know of these: one for each key. */
  private static final String PATH = "/.websocket/{key}";

  private static final String KEY = "key";

  private final Function<Session, SocketConnection> finder;
  private volatile SocketConnection connection;

  private ServerSocket(Function<Session, SocketConnection> finder) {
    this.finder = finder;
  }

  private static boolean isTyrus(Object container) {
    return container.getClass().getName().startsWith("org.glassfish.tyrus.");
  }

  private static ServerEndpointConfig config(String path, Supplier<ServerSocket> maker) {
    return ServerEndpointConfig.Builder.create(ServerSocket.class, path)
        .configurator(new Configurator(maker))
        .build();
  }

  private static ServerEndpointConfig config(Map<String, SocketConnection> keyed) {
    return config(
        PATH,
        () ->
            new ServerSocket(
                session -> {
                  String key = session.getPathParameters().get(KEY);
                  return key == null ? null : keyed.remove(key);
                }));
  }

  /**
   * Makes WebSockets known to a server that has to know them when the application starts.
   *
   * @param keyed what they are opened for, by their keys; for use by many threads
   * @throws IllegalStateException if it refuses them
   */
  static void prepare(Object container, Map<String, SocketConnection> keyed) {
    if (isTyrus(container)) {
      try {
        ((ServerContainer) container).addEndpoint(config(keyed));
      } catch (DeploymentException e) {
        throw new IllegalStateException("the server takes no WebSockets", e);
      }
    }
  }

  /** Answers a request by opening a WebSocket, or with what is wrong with it. */
  static void open(
      SocketConnection connection,
      Object container,
      Map<String, SocketConnection> keyed,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    ServerContainer server = (ServerContainer) container;
    String key = UUID.randomUUID().toString();
    boolean open = false;
    try {
      if (isTyrus(container)) {
        keyed.put(key, connection);
        server.upgradeHttpToWebSocket(request, response, config(keyed), Map.of(KEY, key));
        open = response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
      } else {
        ServerSocket socket = new ServerSocket(session -> connection);
        ServerEndpointConfig config = config(request.getServletPath(), () -> socket);
        server.upgradeHttpToWebSocket(request, response, config, Map.of());
        open = true;
      }
    } catch (DeploymentException | RuntimeException e) {
      LOG.log(Level.DEBUG, "no WebSocket was opened", e);
    }
    if (!open) {
      keyed.remove(key);
      if (!response.isCommitted()) {
        ErrorResponse.write(
            response,
            new ApiError(
                400,
                "This is no request that opens a WebSocket.",
                "invalid_request_error",
                null,
                "invalid_websocket_request"));
      }
    }
  }

  @Override
  public void onOpen(Session session, EndpointConfig config) {
    connection = finder.apply(session);
    if (connection == null) {
      new Open(session).close(SocketConnection.REFUSED, "nobody asked for it");
      return;
    }
    session.setMaxIdleTimeout(0); // The application looks after it itself.
    session.addMessageHandler(new Texts(connection));
    session.addMessageHandler(new Bytes(connection));
    connection.open(new Open(session));
  }

  @Override
  public void onClose(Session session, CloseReason reason) {
    if (connection != null) {
      connection.closed();
    }
  }

  /** The server closes it then, or has. */
  @Override
  public void onError(Session session, Throwable cause) {
    LOG.log(Level.DEBUG, "a WebSocket failed", cause);
  }

  /** Texts, in parts, so that the server keeps none whole. */
  private record Texts(SocketConnection connection) implements MessageHandler.Partial<String> {
    @Override
    public void onMessage(String part, boolean last) {
      connection.receive(part, last);
    }
  }

  private record Bytes(SocketConnection connection) implements MessageHandler.Partial<ByteBuffer> {
    @Override
    public void onMessage(ByteBuffer part, boolean last) {
      connection.receiveBytes();
    }
  }

  /** Gives the endpoint, and leaves out what servers offer besides. */
  private static final class Configurator extends ServerEndpointConfig.Configurator {
    private final Supplier<ServerSocket> maker;

    Configurator(Supplier<ServerSocket> maker) {
      this.maker = maker;
    }

    @Override
    public <T> T getEndpointInstance(Class<T> type) {
      return type.cast(maker.get());
    }

    /** The filters have looked at it. */
    @Override
    public boolean checkOrigin(String origin) {
      return true;
    }

    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
      return "";
    }

    /** Without compression, whose memory nobody counts. */
    @Override
    public List<Extension> getNegotiatedExtensions(
        List<Extension> installed, List<Extension> requested) {
      return List.of();
    }

    @Override
    public void modifyHandshake(
        ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
      // What is told of the session is in the response's headers already.
    }
  }

  private record Open(Session session) implements Channel {
    /** How long the server may wait for what it writes last. */
    private static final long LAST_MILLIS = 1000;

    @Override
    public void send(String text, Consumer<Throwable> then) {
      try {
        session
            .getAsyncRemote()
            .sendText(
                text, result -> then.accept(result.isOK() ? null : failure(result.getException())));
      } catch (RuntimeException e) {
        then.accept(e); // It was closed meanwhile.
      }
    }

    private static Throwable failure(Throwable cause) {
      return cause == null ? new IOException("a message could not be sent") : cause;
    }

    @Override
    public void ping() {
      try {
        session.getBasicRemote().sendPing(ByteBuffer.allocate(0));
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.DEBUG, "a ping could not be sent", e);
      }
    }

    @Override
    public void close(int code, String reason) {
      try {
        if (session.isOpen()) {
          session.setMaxIdleTimeout(LAST_MILLIS); // The other side may read nothing.
          session.close(new CloseReason(CloseCodes.getCloseCode(code), reason));
        }
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.DEBUG, "a WebSocket could not be closed", e);
      }
    }
  }
}
