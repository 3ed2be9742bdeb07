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
import java.util.function.Consumer;

/**
 * A WebSocket of Jakarta WebSocket 2.1. With what is in it the only class that names its classes.
 * Public because servers take no other; none makes one itself. Safe for use by many threads.
 */
public final class ServerSocket extends Endpoint {
  private static final System.Logger LOG = System.getLogger(ServerSocket.class.getName());

  private final SocketConnection connection;

  private ServerSocket(SocketConnection connection) {
    this.connection = connection;
  }

  /** Answers a request by opening a WebSocket, or with what is wrong with it. */
  static void open(
      SocketConnection connection,
      Object container,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    ServerEndpointConfig config =
        ServerEndpointConfig.Builder.create(ServerSocket.class, request.getServletPath())
            .configurator(new Configurator(new ServerSocket(connection)))
            .build();
    try {
      ((ServerContainer) container).upgradeHttpToWebSocket(request, response, config, Map.of());
    } catch (DeploymentException | RuntimeException e) {
      LOG.log(Level.DEBUG, "no WebSocket was opened", e);
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
    session.setMaxIdleTimeout(0); // The application looks after it itself.
    session.addMessageHandler(new Texts(connection));
    session.addMessageHandler(new Bytes(connection));
    connection.open(new Open(session));
  }

  @Override
  public void onClose(Session session, CloseReason reason) {
    connection.closed();
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

  /** Gives the one endpoint, and leaves out what servers offer besides. */
  private static final class Configurator extends ServerEndpointConfig.Configurator {
    private final ServerSocket endpoint;

    Configurator(ServerSocket endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public <T> T getEndpointInstance(Class<T> type) {
      return type.cast(endpoint);
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
