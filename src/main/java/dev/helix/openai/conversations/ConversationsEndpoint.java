package dev.helix.openai.conversations;

import com.fasterxml.jackson.core.JsonToken;
import dev.helix.filter.ConversationFilter;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.Message;
import dev.helix.openai.items.AddedItem;
import dev.helix.openai.items.Compactions;
import dev.helix.openai.items.Included;
import dev.helix.openai.request.InvalidField;
import dev.helix.openai.request.JsonBytes;
import dev.helix.openai.request.JsonFields;
import dev.helix.openai.request.JsonResource;
import dev.helix.openai.request.JsonSlice;
import dev.helix.openai.request.Metadata;
import dev.helix.openai.request.RequestJson;
import dev.helix.openai.request.TurnEndpoint;
import dev.helix.session.Lease;
import dev.helix.session.OwnerSeals;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.Turns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is written of conversations. Safe for use by many threads. */
final class ConversationsEndpoint {
  private static final String ITEMS = "items";
  private static final String METADATA = "metadata";
  private static final int MOST_ITEMS = 20;

  private final TurnEndpoint endpoint;
  private final Turns turns;
  private final OwnerSeals seals;

  ConversationsEndpoint(TurnEndpoint endpoint, OwnerSeals seals) {
    this.seals = seals;
    this.endpoint = endpoint;
    this.turns = endpoint.turns();
  }

  /** Makes a conversation. */
  void create(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (hasNoBody(request)) {
      JsonResource.tell(response, () -> made(request, List.of(), Map.of(), Compactions.NONE));
      return;
    }
    endpoint.serve(
        request,
        response,
        body -> {
          JsonFields fields = fields(body);
          List<AddedItem> items = fields.get(ITEMS) == null ? List.of() : items(fields, request);
          Map<String, Object> metadata = Metadata.of(fields);
          Compactions own = compactions(request);
          JsonResource.tell(response, () -> made(request, items, metadata, own));
          return false;
        });
  }

  private static boolean hasNoBody(HttpServletRequest request) {
    return request.getContentLengthLong() <= 0 && request.getHeader("Transfer-Encoding") == null;
  }

  /** What the filter gave is a session of which nothing is stored. */
  private static Map<String, Object> made(
      HttpServletRequest request,
      List<AddedItem> items,
      Map<String, Object> metadata,
      Compactions own)
      throws InvalidRequestException {
    SessionManager sessions = (SessionManager) request.getAttribute(SessionManager.class.getName());
    SessionState fresh = (SessionState) request.getAttribute(SessionState.class.getName());
    List<Message> messages = AddedMessages.of(items, List.of(), own).messages();
    SessionState made = sessions.add(fresh, null, path -> messages);
    StoredConversation conversation = new StoredConversation(sessions, made);
    return metadata.isEmpty() ? conversation.told() : conversation.withMetadata(metadata);
  }

  /** Replaces a conversation's metadata. */
  void update(String id, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    endpoint.serve(
        request,
        response,
        body -> {
          StoredConversation conversation = StoredConversation.of(id, request);
          JsonFields fields = fields(body);
          if (fields.get(METADATA) == null && !isNull(body)) {
            throw InvalidField.missing(METADATA);
          }
          Map<String, Object> metadata = Metadata.of(fields);
          JsonResource.tell(response, () -> conversation.withMetadata(metadata));
          return false;
        });
  }

  /** Whether the metadata are null, which takes them away. */
  private static boolean isNull(RequestBody body) throws InvalidRequestException {
    boolean[] isNull = {false};
    int unused =
        RequestJson.eachField(
            RequestJson.utf8(body.bytes()),
            parser -> {
              boolean metadata = parser.currentName().equals(METADATA);
              isNull[0] |= parser.nextToken() == JsonToken.VALUE_NULL && metadata;
              parser.skipChildren();
            });
    return isNull[0];
  }

  /** Adds items behind those that are there, in the order of the conversation's turns. */
  void add(String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
    endpoint.serve(
        request,
        response,
        body -> {
          StoredConversation conversation = StoredConversation.of(id, request);
          JsonFields fields = fields(body);
          JsonSlice array = fields.need(ITEMS);
          List<AddedItem> items = items(fields, request);
          if (items.isEmpty() && array.isArray()) {
            throw new InvalidRequestException(
                "empty_array",
                ITEMS,
                "Invalid 'items': empty array. Expected an array with minimum length 1.");
          }
          Compactions own = compactions(request);
          turns.inOrder(
              conversation.session(),
              lease -> added(conversation, items, own, lease),
              request,
              response,
              body::close);
          return true;
        });
  }

  private static byte[] added(
      StoredConversation conversation, List<AddedItem> items, Compactions own, Lease lease)
      throws InvalidRequestException {
    List<AddedItem> told = new ArrayList<>();
    SessionState unused =
        conversation
            .sessions()
            .add(
                conversation.state(),
                lease,
                path -> {
                  AddedMessages added = AddedMessages.of(items, path, own);
                  told.clear();
                  told.addAll(added.items());
                  return added.messages();
                });
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("object", "list");
    list.put("data", told.stream().map(AddedItem::item).toList());
    list.put("first_id", told.get(0).id());
    list.put("last_id", told.get(told.size() - 1).id());
    list.put("has_more", false);
    return JsonBytes.of(list);
  }

  /** Erases an item; in the order of turns where it stands in a message with others. */
  void deleteItem(String id, String item, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      StoredConversation conversation = StoredConversation.of(id, request);
      Compactions own = compactions(request);
      if (conversation.isAmongOthers(item, own)) {
        turns.inOrder(
            conversation.session(),
            lease -> JsonBytes.of(conversation.deleteItem(item, own)),
            request,
            response,
            () -> {});
        return;
      }
      JsonResource.tell(response, () -> conversation.deleteItem(item, own));
    } catch (InvalidRequestException e) {
      ErrorResponse.write(response, e.error());
    } catch (SessionException e) {
      ErrorResponse.write(response, ErrorMapping.of(e));
    }
  }

  private static JsonFields fields(RequestBody body) throws InvalidRequestException {
    return JsonFields.ofBody(RequestJson.utf8(body.bytes()));
  }

  private Compactions compactions(HttpServletRequest request) {
    return new Compactions(seals, ConversationFilter.owner(request));
  }

  /** Items of a list, with what was thought sealed in them where the request includes that. */
  List<Map<String, Object>> sealed(List<Map<String, Object>> items, HttpServletRequest request)
      throws InvalidRequestException {
    boolean included = Included.of(request).reasoning();
    compactions(request).thoughts().where(included).addTo(items);
    return items;
  }

  private List<AddedItem> items(JsonFields fields, HttpServletRequest request)
      throws InvalidRequestException {
    List<AddedItem> items = AddedItem.read(fields.get(ITEMS), ITEMS, compactions(request));
    if (items.size() > MOST_ITEMS) {
      throw new InvalidRequestException(
          "array_above_max_length",
          ITEMS,
          "Invalid 'items': array too long. Expected an array with maximum length "
              + MOST_ITEMS
              + ", but got an array with length "
              + items.size()
              + " instead.");
    }
    return items;
  }
}
