package dev.helix.backend;

import java.util.ServiceLoader;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * Answers chat completions: the place where a language model, or what stands in for one, is plugged
 * in, by a {@link Provider}.
 *
 * <p>One backend serves all requests of the application. It speaks the OpenAI wire format in bytes:
 * the body of a {@code POST /v1/chat/completions} goes in, and the head and body of its response
 * come out, either one JSON object or a stream of server-sent events that ends in {@code data:
 * [DONE]}.
 *
 * <p>Implementations are safe for use by many threads. {@link #chat} and {@link #models} return at
 * once and never block on the network.
 */
public interface ChatBackend extends AutoCloseable {

  /**
   * Begins to answer a call. Everything that follows goes to the receiver, from any thread, one
   * call at a time and in order: at most one head, then data, then exactly one of end and failure.
   * Nothing is thrown for what goes wrong with the answer; it goes to {@link ReplyReceiver#failed}.
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

  /** Ends running exchanges and frees what the backend holds. */
  @Override
  void close();

  /**
   * An answer on its way. Safe for use by many threads; every method may be called at any time,
   * also after the end.
   */
  interface Exchange {
    /**
     * Says that so many further bytes of the body are welcome. Without it a backend sends no more
     * than its first window ({@link ReplyReceiver} says how much), though what is on its way
     * already may still arrive.
     *
     * <p>Does nothing unless overridden, for backends that have no use for it: what a caller is
     * slow to take waits then in memory, and the caller is given up when it is more than {@code
     * helix.stream.buffer.bytes}.
     */
    default void request(int bytes) {}

    /**
     * Gives up: the receiver hears nothing more that matters, and the model's work is stopped where
     * that can be done.
     */
    void cancel();
  }

  /**
   * Makes the backend of an application. Found by {@link ServiceLoader} in the web application, so
   * it needs a public constructor without parameters, and its name in {@code
   * META-INF/services/dev.helix.backend.ChatBackend$Provider} of {@code WEB-INF/classes} or of a
   * jar in {@code WEB-INF/lib}.
   *
   * <p>The only one there is answers, unless {@code helix.upstream.url} is set as well; where there
   * are several, or both, {@code helix.backend} must say which, by its name.
   */
  interface Provider {
    /**
     * What the backend is called in {@code helix.backend}; neither {@code upstream} nor {@code
     * demo}, which are there already.
     */
    String name();

    /**
     * Makes the backend while the application starts; it is closed when the application stops, and
     * when the rest of it cannot start.
     *
     * @param settings gives the value of a key such as {@code helix.upstream.url} or one of the
     *     provider's own, from init-param, JNDI, system property, context-param or environment;
     *     null when it is not set
     * @throws IllegalArgumentException if a setting makes no sense, which stops the start with its
     *     message
     */
    ChatBackend open(UnaryOperator<String> settings);
  }
}
