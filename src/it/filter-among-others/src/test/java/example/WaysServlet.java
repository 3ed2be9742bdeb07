package example;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ReadListener;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.TreeMap;

/** Answers with what it read of the request, in the way that the path names. */
final class WaysServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    String way = request.getServletPath();
    if (request.getDispatcherType() == DispatcherType.ASYNC) {
      way = "/stream";
    } else if (request.getDispatcherType() == DispatcherType.INCLUDE) {
      way = (String) request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH);
    }
    switch (way) {
      case "/form" -> say(response, form(request));
      case "/form-then-stream" -> say(response, form(request) + " | " + bytes(request));
      case "/stream-then-form" -> say(response, bytes(request) + " | " + form(request));
      case "/stream" -> say(response, about(request) + bytes(request));
      case "/stream-in-bytes" -> say(response, inBytes(request));
      case "/reader" -> say(response, about(request) + FilterBefore.text(request.getReader()));
      case "/reader-utf-16" -> {
        request.setCharacterEncoding("UTF-16BE");
        say(response, about(request) + FilterBefore.text(request.getReader()));
      }
      case "/both" -> say(response, both(request));
      case "/parts" -> say(response, parts(request));
      case "/nothing" -> say(response, "nothing read");
      case "/forward" -> request.getRequestDispatcher("/stream").forward(request, response);
      case "/forward-to-reader" ->
          request.getRequestDispatcher("/reader").forward(request, response);
      case "/include" -> {
        response.getWriter().write("before ");
        request.getRequestDispatcher("/stream?more=1").include(request, response);
        response.getWriter().write(" behind");
      }
      case "/named" ->
          getServletContext().getNamedDispatcher("ways").include(request, response);
      case "/async" -> {
        AsyncContext async = request.startAsync();
        async.start(() -> answerAndEnd(async));
      }
      case "/async-with-both" -> {
        AsyncContext async = request.startAsync(request, response);
        async.start(() -> answerAndEnd(async));
      }
      case "/async-by-listener" -> byListener(request, response);
      case "/async-of-another" -> {
        AsyncContext async = request.getAsyncContext();
        async.start(() -> answerAndEnd(async, request, response));
      }
      case "/async-dispatch" -> request.startAsync().dispatch();
      case "/async-dispatch-elsewhere" -> request.startAsync().dispatch("/stream");
      case "/async-timeout" -> request.startAsync().setTimeout(300);
      case "/async-error" -> {
        request.startAsync().setTimeout(300);
        throw new ServletException("asynchronous");
      }
      case "/refuse" -> response.sendError(422, "no such thing");
      case "/refuse-after-reading" -> {
        request.getInputStream().readNBytes(6);
        response.sendError(422, "no such thing");
      }
      case "/refuse-after-text" -> {
        request.getReader().read();
        response.sendError(422, "no such thing");
      }
      case "/fail" -> throw new ServletException("it failed");
      case Application.ERROR_PAGE -> say(response, errorPage(request));
      default -> response.sendError(404);
    }
  }

  private static void say(HttpServletResponse response, String text) throws IOException {
    response.setContentType("text/plain;charset=UTF-8");
    response.getWriter().write(text);
  }

  private static String about(HttpServletRequest request) {
    return request.getMethod()
        + " "
        + request.getContentType()
        + " "
        + request.getContentLengthLong()
        + " "
        + request.getCharacterEncoding()
        + " "
        + request.getAttribute("line")
        + " ";
  }

  private static String form(HttpServletRequest request) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(request.getParameterMap())
        .forEach((name, values) -> text.append(name).append('=').append(String.join("+", values)));
    return text.toString();
  }

  private static String bytes(HttpServletRequest request) throws IOException {
    return HexFormat.of().formatHex(request.getInputStream().readAllBytes());
  }

  private static String inBytes(HttpServletRequest request) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ServletInputStream in = request.getInputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      all.write(next);
    }
    return all.toString(StandardCharsets.UTF_8) + in.isFinished();
  }

  private static String both(HttpServletRequest request) throws IOException {
    request.getInputStream();
    try {
      return "both: " + request.getReader().readLine();
    } catch (IllegalStateException e) {
      return "only one of both";
    }
  }

  private static String parts(HttpServletRequest request) throws IOException, ServletException {
    StringBuilder text = new StringBuilder();
    for (Part part : request.getParts()) {
      text.append(part.getName())
          .append('/')
          .append(part.getSubmittedFileName())
          .append('=')
          .append(HexFormat.of().formatHex(part.getInputStream().readAllBytes()))
          .append(' ');
    }
    return text + form(request);
  }

  private static String errorPage(HttpServletRequest request) throws IOException {
    String rest;
    try {
      rest = bytes(request);
    } catch (IllegalStateException e) {
      rest = "as text: " + FilterBefore.text(request.getReader());
    }
    return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE)
        + " "
        + request.getDispatcherType()
        + " the body: "
        + rest;
  }

  private static void answerAndEnd(AsyncContext async) {
    answerAndEnd(
        async,
        (HttpServletRequest) async.getRequest(),
        (HttpServletResponse) async.getResponse());
  }

  private static void answerAndEnd(
      AsyncContext async, HttpServletRequest request, HttpServletResponse response) {
    try {
      String text;
      try {
        text = about(request) + bytes(request);
      } catch (IOException | IllegalStateException e) {
        text = e.getClass().getName();
      }
      say(response, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      async.complete();
    }
  }

  private static void byListener(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    AsyncContext async = request.startAsync();
    ServletInputStream in = request.getInputStream();
    in.setReadListener(
        new ReadListener() {
          private final ByteArrayOutputStream all = new ByteArrayOutputStream();

          @Override
          public void onDataAvailable() throws IOException {
            while (in.isReady() && !in.isFinished()) {
              int next = in.read();
              if (next >= 0) {
                all.write(next);
              }
            }
          }

          @Override
          public void onAllDataRead() throws IOException {
            say(response, all.toString(StandardCharsets.UTF_8));
            async.complete();
          }

          @Override
          public void onError(Throwable cause) {
            async.complete();
          }
        });
  }
}
