package dev.helix.openai.responses;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Call;
import dev.helix.scripted.RawClient;
import dev.helix.session.HistoryMode;
import dev.helix.session.SessionId;
import dev.helix.session.TurnRequest;
import dev.helix.turn.CallerOutput;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.TurnCall;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.WholeReply;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An endpoint that answers in the form of responses, on a real server: {@code POST
 * /responses/CONVERSATION}, whose body is the echo of a request. It keeps the notes.
 */
final class ResponseServer implements AutoCloseable {
  static final String NODE = "m-01234567-89ab-cdef-0123-456789abcdef";
  static final String HEX = "0123456789abcdef0123456789abcdef";
  static final String ID = "resp_s" + HEX + "0123456789abcdef";
  static final long CREATED = 1_700_000_000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(CREATED + 5), ZoneOffset.UTC);

  final ChatServer chat;
  private final BlockingQueue<String> notes = new LinkedBlockingQueue<>();

  ResponseServer(Path folder) throws Exception {
    this(new ChatServer(folder, Duration.ofSeconds(30)));
  }

  ResponseServer(ChatServer chat) {
    this.chat = chat;
    chat.add(new Endpoint(), "/responses/*");
  }

  /** Asks; {@code options} is a query such as {@code stream&raw}. */
  RawClient ask(String conversation, String options, String asked) {
    notes.clear();
    RawClient client = RawClient.connect(chat.url());
    client.request(
        "POST",
        "/responses/" + conversation + "?" + options,
        asked.getBytes(UTF_8),
        "Content-Type",
        "text/plain");
    return client;
  }

  /** The next call of the upstream. */
  Call call() {
    return chat.upstream.next();
  }

  /** The note that was kept next. */
  String note() {
    try {
      String note = notes.poll(20, TimeUnit.SECONDS);
      if (note == null) {
        throw new AssertionError("no note was kept");
      }
      return note;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The answer that was recorded last, with a note, as a store gives it. */
  Message element(String conversation, String note) {
    List<Message> all = chat.sessions.transcript(new SessionId("conv-" + conversation)).messages();
    return noted(all.get(all.size() - 1), note);
  }

  static Message noted(Message element, String note) {
    String json = new String(element.elementJson(), UTF_8);
    String with =
        json.startsWith("{\"response\":")
            ? json
            : "{\"response\":" + note + "," + json.substring(1);
    return Message.parse(with.getBytes(UTF_8));
  }

  /** What is stored of the response that was recorded last. */
  JsonNode stored(String conversation) {
    return json(ResponseObject.stored(element(conversation, note()), false));
  }

  /** An object as somebody reads it who is given its JSON. */
  static JsonNode json(Map<String, Object> object) {
    try {
      return JSON.readTree(JSON.writeValueAsBytes(object));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws Exception {
    chat.close();
  }

  private final class Endpoint extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    @SuppressWarnings("unchecked") // As Jackson reads an object.
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      RequestBody body = RequestBody.read(request, 1 << 20, chat.budget);
      Map<String, Object> asked = JSON.readValue(body.bytes(), Map.class);
      boolean stream = request.getParameter("stream") != null;
      Message question = Message.of("user", "Well?");
      TurnCall call =
          new TurnCall(
              chat.sessions.getOrCreateSession(null, request.getPathInfo().substring(1)),
              request.getParameter("unkept") == null
                  ? TurnRequest.of(List.of(question), HistoryMode.STORED)
                  : null,
              true,
              stream,
              1,
              Map.of(),
              body,
              (history, system) ->
                  ("{\"model\":\"m\",\"stream\":" + stream + ",\"messages\":[]}").getBytes(UTF_8));
      ResponsesReplyForm form =
          new ResponsesReplyForm(
              new ResponseFrame(ID, NODE, CREATED, asked),
              stream,
              request.getParameter("raw") != null,
              Requests.compactions().thoughts().where(request.getParameter("sealed") != null),
              CLOCK);
      try {
        chat.turns.begin(call, new Noted(form), request, response);
      } catch (InvalidRequestException e) {
        throw new ServletException(e);
      }
    }
  }

  /** A form whose notes are kept apart. */
  private final class Noted implements ReplyForm {
    private final ReplyForm form;

    Noted(ReplyForm form) {
      this.form = form;
    }

    @Override
    public String note(BackendReply reply, AnswerStatus status, byte[] error) {
      String note = form.note(reply, status, error);
      if (status != null) {
        notes.add(note);
      }
      return note;
    }

    @Override
    public boolean tellsFailures() {
      return form.tellsFailures();
    }

    @Override
    public boolean needsAll() {
      return form.needsAll();
    }

    @Override
    public void commit(CallerOutput out) {
      form.commit(out);
    }

    @Override
    public void begin(BackendReply reply, CallerOutput out) {
      form.begin(reply, out);
    }

    @Override
    public void pass(ByteBuffer bytes, CallerOutput out) {
      form.pass(bytes, out);
    }

    @Override
    public void chunk(byte[] bytes, int from, int length, CallerOutput out) {
      form.chunk(bytes, from, length, out);
    }

    @Override
    public void keepAlive(BackendReply reply, CallerOutput out) {
      form.keepAlive(reply, out);
    }

    @Override
    public void done(BackendReply reply, CallerOutput out) {
      form.done(reply, out);
    }

    @Override
    public void told(BackendReply reply, CallerOutput out) {
      form.told(reply, out);
    }

    @Override
    public void whole(BackendReply reply, byte[] body, WholeReply whole, CallerOutput out) {
      form.whole(reply, body, whole, out);
    }

    @Override
    public boolean passOn(BackendReply reply, CallerOutput out) {
      return form.passOn(reply, out);
    }

    @Override
    public void fail(BackendReply reply, int status, byte[] json, CallerOutput out) {
      form.fail(reply, status, json, out);
    }
  }
}
