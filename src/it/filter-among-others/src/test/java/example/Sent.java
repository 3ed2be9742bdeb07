package example;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request of the table.
 *
 * @param type the Content-Type, null for none
 * @param before what the filter before ours does; null for nothing
 */
record Sent(String method, String path, String type, byte[] body, boolean chunked, String before) {
  private static final String JSON = "application/json";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String CHAT =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"Wie heißt 東京?\"}]}";
  private static final String PARTS =
      "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nä\r\n"
          + "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.json\"\r\n"
          + "Content-Type: application/json\r\n\r\n{}\r\n--b--\r\n";

  /** The ways in which an application reads, and what filters before ours have done. */
  static List<Sent> all() {
    List<Sent> all = new ArrayList<>();
    all.add(new Sent("GET", "/form?a=1&b=%C3%A4", null, new byte[0], false, null));
    all.add(new Sent("GET", "/stream", null, new byte[0], false, null));
    all.add(new Sent("HEAD", "/nothing", null, new byte[0], false, null));
    all.add(text("/form?a=1", FORM, "a=2&b=%C3%A4", StandardCharsets.UTF_8));
    all.add(text("/form", FORM + ";charset=UTF-8", "b=ä", StandardCharsets.UTF_8));
    all.add(text("/form-then-stream", FORM, "a=2", StandardCharsets.UTF_8));
    all.add(text("/stream-then-form", FORM, "a=2", StandardCharsets.UTF_8));
    all.add(text("/parts", "multipart/form-data; boundary=b", PARTS, StandardCharsets.UTF_8));
    all.add(text("/form", "multipart/form-data; boundary=b", PARTS, StandardCharsets.UTF_8));
    all.add(text("/stream", "text/plain", CHAT, StandardCharsets.UTF_8));
    all.add(text("/stream", null, CHAT, StandardCharsets.UTF_8));
    all.add(text("/reader", "text/plain;charset=UTF-16", CHAT, StandardCharsets.UTF_16));
    all.add(text("/reader", JSON + ";charset=UTF-8", CHAT, StandardCharsets.UTF_8));
    all.add(text("/reader", JSON + ";charset=iso-8859-1", "{\"ü\":1}", StandardCharsets.ISO_8859_1));
    all.add(text("/reader-utf-16", JSON, CHAT, StandardCharsets.UTF_16BE));
    all.add(text("/reader-utf-16", "text/plain", CHAT, StandardCharsets.UTF_16BE));
    all.add(text("/stream", JSON, "no { json", StandardCharsets.UTF_8));
    all.add(text("/stream", JSON, "", StandardCharsets.UTF_8));
    all.add(text("/reader", JSON, "", StandardCharsets.UTF_8));
    all.add(chat("/form-then-stream"));
    all.add(chat("/stream-then-form"));
    all.add(new Sent("PUT", "/stream", JSON, utf8(CHAT), false, null));
    all.add(new Sent("PATCH", "/stream", JSON, utf8(CHAT), false, null));
    all.add(new Sent("DELETE", "/stream", JSON, utf8(CHAT), false, null));
    for (String way :
        List.of("/stream", "/reader", "/async", "/async-by-listener", "/refuse", "/parts")) {
      all.add(new Sent("POST", way, JSON, utf8(CHAT), true, null));
    }
    all.add(new Sent("POST", "/reader", JSON, new byte[0], true, null));
    for (String way :
        List.of(
            "/stream",
            "/stream-in-bytes",
            "/reader",
            "/both",
            "/nothing",
            "/forward",
            "/forward-to-reader",
            "/include",
            "/async",
            "/async-with-both",
            "/async-by-listener",
            "/async-dispatch",
            "/async-dispatch-elsewhere",
            "/async-timeout",
            "/async-error",
            "/refuse",
            "/refuse-after-reading",
            "/refuse-after-text",
            "/fail",
            "/unknown")) {
      all.add(chat(way));
    }
    for (String before :
        List.of(
            "takes the reader",
            "reads a line",
            "keeps the text",
            "keeps the bytes' text",
            "changes the reader",
            "keeps the bytes",
            "has no stream")) {
      all.add(behind(before, "/reader"));
      all.add(behind(before, "/forward-to-reader"));
    }
    for (String before :
        List.of(
            "takes the reader",
            "reads a line",
            "reads bytes",
            "reads all",
            "keeps the text",
            "keeps the bytes' text",
            "changes the reader",
            "keeps the bytes",
            "breaks off",
            "has no stream")) {
      for (String way : List.of("/stream", "/nothing", "/refuse", "/async", "/fail")) {
        all.add(behind(before, way));
      }
    }
    all.add(behind("dispatches", "/nothing"));
    all.add(behind("is asynchronous", "/async-of-another"));
    return all;
  }

  private static Sent behind(String before, String path) {
    return new Sent("POST", path, JSON, utf8(CHAT), false, before);
  }

  private static Sent chat(String path) {
    return text(path, JSON, CHAT, StandardCharsets.UTF_8);
  }

  private static Sent text(String path, String type, String text, Charset charset) {
    return new Sent("POST", path, type, text.getBytes(charset), false, null);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What it is, for a person. */
  @Override
  public String toString() {
    return method
        + " "
        + path
        + (type == null ? "" : " " + type)
        + (chunked ? " in chunks" : "")
        + (before == null ? "" : " behind a filter that " + before);
  }

  /** Sends it in one piece, and reads until the server closes the connection. */
  Answer send(int port, String... headers) throws IOException {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    head.append("Connection: close\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      head.append(headers[i] + ": " + headers[i + 1] + "\r\n");
    }
    if (type != null) {
      head.append("Content-Type: " + type + "\r\n");
    }
    if (before != null) {
      head.append("X-Before: " + before + "\r\n");
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    if (chunked) {
      head.append("Transfer-Encoding: chunked\r\n\r\n");
      all.writeBytes(utf8(head.toString()));
      if (body.length > 0) {
        all.writeBytes(utf8(Integer.toHexString(body.length) + "\r\n"));
        all.writeBytes(body);
        all.writeBytes(utf8("\r\n"));
      }
      all.writeBytes(utf8("0\r\n\r\n"));
    } else {
      head.append("Content-Length: " + body.length + "\r\n\r\n");
      all.writeBytes(utf8(head.toString()));
      all.writeBytes(body);
    }
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(all.toByteArray());
      return Answer.of(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
