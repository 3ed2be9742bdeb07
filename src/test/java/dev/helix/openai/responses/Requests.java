package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import dev.helix.message.Message;
import dev.helix.openai.items.Compactions;
import dev.helix.session.Owner;
import dev.helix.session.OwnerSeals;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Requests in which apostrophes stand for quotation marks. */
public final class Requests {
  private Requests() {}

  static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  /** What is sealed for nobody in particular, by a secret that every test has. */
  public static Compactions compactions() {
    return new Compactions(new OwnerSeals("test", () -> new byte[32]), Owner.ANONYMOUS);
  }

  static ResponseRequest parse(byte[] body) throws InvalidRequestException {
    return ResponseRequest.parse(
        body, RequestPurpose.RESPONSE, compactions(), ResponseSettings.DEFAULT);
  }

  static ResponseRequest parse(String body) throws InvalidRequestException {
    return parse(json(body));
  }

  static ApiError refused(String body) {
    return assertThrows(InvalidRequestException.class, () -> parse(body), body).error();
  }

  static Message message(String text) {
    return Message.parse(json(text));
  }

  static List<Message> messages(String list) {
    return list.isEmpty()
        ? List.of()
        : List.of(list.split("(?<=\\}) +(?=\\{)")).stream().map(Requests::message).toList();
  }

  /** The chat request. */
  static String sent(ResponseRequest request) {
    return text(request.bodyWith(List.of(), null, false));
  }

  static String wire(List<Message> messages) {
    return messages.stream().map(m -> text(m.wireJson())).collect(Collectors.joining(" "));
  }

  static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8).replace('"', '\'');
  }
}
