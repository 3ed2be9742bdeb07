package dev.helix.backend;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * Answers chat completions: a language model, or what stands in for one. Made by a {@link
 * Provider}; one backend serves all requests of the application.
 *
 * <p>It speaks OpenAI's wire format in bytes. In goes the body of a {@code POST
 * /v1/chat/completions}; out come the head and the body of its response: one JSON object, or a
 * stream of server-sent events that ends in {@code data: [DONE]}.
 *
 * <p>Implementations are safe for use by many threads. {@link #chat} and {@link #models} return at
 * once and never block on the network.
 */
public interface ChatBackend extends AutoCloseable {

  /**
   * Begins to answer a call. The receiver is called from any thread, one call at a time and in this
   * order: a head, data any number of times, {@link ReplyReceiver#end}. A failure may come at any
   * point and is the last call. What goes wrong is given to {@link ReplyReceiver#failed} and not
   * thrown.
   *
   * @return the running exchange, by which the caller asks for more data or gives up
   */
  Exchange chat(ChatCall call, ReplyReceiver receiver);

  /**
   * The body of {@code GET /v1/models}: a JSON object whose {@code data} is an array of models, in
   * UTF-8. The stage fails with a {@link BackendException} when the list can't be had; then the
   * last list holds. The next call comes when the stage of the one before is complete.
   */
  CompletionStage<byte[]> models();

  /**
   * What is known of a model that can be asked for by this id, where the list has it by another: a
   * JSON object in UTF-8. The default knows none. Never blocks.
   */
  default Optional<byte[]> model(String id) {
    return Optional.empty();
  }

  /**
   * Whether it cannot be said yet if there is a model of this id, or whose it is. The default
   * always knows. Never blocks.
   */
  default boolean isUnknown(String id) {
    return false;
  }

  /** What the log calls this backend, such as an upstream's address; no secret is in it. */
  default String describe() {
    return getClass().getName();
  }

  /**
   * A text of an error without the backend's secrets, such as its key where it was sent back. The
   * default is the text as it is.
   */
  default String masked(String text) {
    return text;
  }

  /** Ends the running exchanges and frees what the backend holds. */
  @Override
  void close();

  /**
   * One call and its reply, while the reply comes. Safe for use by many threads; every method may
   * be called at any time, also after the end.
   */
  interface Exchange {
    /**
     * Asks for so many further bytes of the body. Unasked, a backend sends {@link
     * ReplyReceiver#FIRST_WINDOW} bytes, and what was on its way already.
     *
     * <p>The default does nothing: the backend sends all it has. What the caller has not taken yet
     * waits in memory, and beyond {@code helix.stream.buffer.bytes} the caller is given up.
     */
    default void request(int bytes) {}

    /**
     * What the log calls who answers, where the backend has several to ask and knows by now; null
     * for {@link ChatBackend#describe} of the backend.
     */
    default String describe() {
      return null;
    }

    /** Whether the backend refused the call by itself: it asked nobody, and nobody failed. */
    default boolean isRefused() {
      return false;
    }

    /**
     * Ends the exchange. What still comes is ignored by the receiver; the model's work is stopped
     * where that can be done.
     */
    void cancel();
  }

  /**
   * Makes the backend of an application. {@link ServiceLoader} finds it in the web application: it
   * has a public constructor without parameters, and its class is named in {@code
   * META-INF/services/dev.helix.backend.ChatBackend$Provider} of {@code WEB-INF/classes} or of a
   * jar in {@code WEB-INF/lib}.
   *
   * <p>A single provider answers where no upstream is set. Where one is, or where there are several
   * providers, {@code helix.backend} names the one that answers.
   */
  interface Provider {
    /** The backend's name in {@code helix.backend}; not {@code upstream} and not {@code demo}. */
    String name();

    /**
     * Makes the backend while the application starts. The application closes it when it stops, or
     * cannot start.
     *
     * @param settings gives the value of a key, such as {@code helix.upstream.url} or one of the
     *     provider's own: from an init-param, JNDI, a system property, a context-param or the
     *     environment. Null when the key is not set
     * @throws IllegalArgumentException if a setting is wrong. The application does not start, and
     *     shows this message
     */
    ChatBackend open(UnaryOperator<String> settings);
  }
}
