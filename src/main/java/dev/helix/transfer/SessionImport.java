package dev.helix.transfer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.Message;
import dev.helix.message.MessageContent;
import dev.helix.message.Preamble;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionNames;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionTitle;
import dev.helix.session.Step;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.MessageArray;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.transfer.read.ChatFile;
import dev.helix.transfer.read.ReadChat;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Takes chats into a store, each as a whole session or not at all, on the disk when its listener is
 * told. A session that exists, in the archive too, stays as it is, so that an import can be run
 * again. Of other programs' chats the id is the conversation id, so that the program goes on in the
 * session. Not thread-safe.
 */
public final class SessionImport implements ChatFile.Visitor {
  private static final int LONGEST_ID = 512;

  private final SessionStore store;
  private final SessionNames names;
  private final ImportOwner owner;
  private final boolean isDry;
  private final Clock clock;
  private final Listener listener;

  /**
   * An import that has not begun.
   *
   * @param store whose archive, if it has one, is before it
   * @param isDry whether nothing is stored, for which the store may be open to read alone
   */
  public SessionImport(
      SessionStore store, ImportOwner owner, boolean isDry, Clock clock, Listener listener) {
    this.store = store;
    this.names = new SessionNames(store, clock);
    this.owner = owner;
    this.isDry = isDry;
    this.clock = clock;
    this.listener = listener;
  }

  /** Who is told what became of each chat. */
  public interface Listener {
    /** A session was made, or would be. */
    void imported(Imported session);

    /** There is a session of this chat already, which stays as it is. */
    void there(SessionId id);

    /**
     * A chat is no session now.
     *
     * @param chat what it is called
     * @param reason why, for a person
     */
    void skipped(String chat, String reason);

    /** A chat in which nothing is said was passed over. */
    void passed();
  }

  /**
   * What a session was made of.
   *
   * @param title null where it has none
   * @param branches how many ends its tree has
   * @param calls how many calls of tools
   * @param attachments how many files there were, of which placeholders are left
   */
  public record Imported(
      SessionId id,
      Owner owner,
      String title,
      Instant created,
      Instant updated,
      int messages,
      int branches,
      int calls,
      int attachments,
      SortedSet<String> models) {}

  @Override
  public void chat(ReadChat chat) {
    String problem = problem(chat.id());
    if (problem != null) {
      listener.skipped(chat.id(), problem);
      return;
    }
    Optional<Owner> whose = owner.of(chat.user());
    if (whose.isEmpty()) {
      listener.skipped(chat.id(), "it does not say whose it is");
      return;
    }
    guarded(
        chat.id(),
        () -> {
          SessionState place = place(whose.get(), chat.id());
          if (place.status() != SessionStatus.NEW) {
            listener.there(place.sessionId());
            return;
          }
          SessionState state = state(chat, place);
          make(state.sessionId(), files(state, chat), told(state, chat));
        });
  }

  /** Why a chat of this id cannot be a conversation; null where it can. */
  private static String problem(String id) {
    if (id.length() > LONGEST_ID || id.chars().anyMatch(Character::isISOControl)) {
      return "its id cannot be a conversation id";
    }
    // The first is a whole tenant's, and of the others nothing is kept.
    boolean special =
        id.startsWith("channel:") || id.startsWith("temporary:") || id.startsWith("local:");
    return special ? "its id is not that of a chat that is kept" : null;
  }

  private SessionState place(Owner whose, String conversationId) {
    return isWithoutNames(whose)
        ? SessionState.fresh(
            SessionId.forConversation(conversationId), conversationId, whose, clock.instant())
        : names.conversation(whose, conversationId);
  }

  /** Whether no owner has a name yet in the store, and none is to be made for a look. */
  private boolean isWithoutNames(Owner whose) {
    return isDry && !whose.isAnonymous() && store.findOwnerSecret().isEmpty();
  }

  private SessionState state(ReadChat chat, SessionState place) {
    Instant now = clock.instant();
    Instant created = chat.created() == null ? now : chat.created();
    Instant updated = chat.updated() == null ? created : chat.updated();
    return new SessionState(
            place.sessionId(),
            SessionStatus.DISCUSSING,
            Step.WHAT,
            created,
            updated.isAfter(now) ? now : updated,
            Preamble.firstQuestion(chat.elements()).map(Message::text).orElse(null),
            null,
            place.conversationId(),
            place.owner())
        .withName(SessionTitle.stored(chat.title()));
  }

  private static SessionFiles files(SessionState state, ReadChat chat) {
    return visitor -> {
      visitor.file(ShownSession.STATUS, state.toJson());
      visitor.file(ShownSession.MESSAGES, MessageArray.of(chat.elements()));
      if (state.originalRequest() != null) {
        visitor.file(RequestFile.PATH, RequestFile.of(state, chat.elements(), null));
      }
      visitor.end();
    };
  }

  private static Imported told(SessionState state, ReadChat chat) {
    return told(state, chat.title(), chat.elements(), chat.attachments(), chat.models());
  }

  private static Imported told(
      SessionState state,
      String title,
      List<Message> elements,
      int attachments,
      SortedSet<String> models) {
    Set<String> ids = new HashSet<>();
    Set<String> parents = new HashSet<>();
    int calls = 0;
    for (Message element : elements) {
      if (element.element().parentKnown()) {
        ids.add(element.id());
        parents.add(element.parentId());
      }
      calls += MessageContent.toolCallIds(element).size();
    }
    ids.removeAll(parents);
    return new Imported(
        state.sessionId(),
        state.owner(),
        title,
        state.createdAt(),
        state.updatedAt(),
        elements.size(),
        ids.size(),
        calls,
        attachments,
        models);
  }

  @Override
  public void session(byte[] json) {
    String[] name = {"a session"};
    guarded(
        name,
        () -> {
          SessionLine line = SessionLine.read(json);
          ObjectNode status = StatusFields.fields(line.status());
          String stored = status.path("session_id").asText();
          name[0] = stored.isEmpty() ? name[0] : stored;
          SessionId id =
              SessionId.ofName(stored)
                  .orElseThrow(() -> new IllegalArgumentException("it has no session id"));
          SessionState state = SessionState.parse(id, line.status());
          if (state.isUnreadable()) {
            throw new IllegalArgumentException("it cannot be read whose it is");
          }
          Owner whose = owner.owner() == null ? state.owner() : owner.owner();
          if (owner.eachUser()) {
            whose = new Owner(owner.owner().tenant(), state.owner().user());
          }
          SessionState place = place(whose, state);
          if (place.status() != SessionStatus.NEW) {
            listener.there(place.sessionId());
            return;
          }
          List<Message> elements = ShownSession.array(id, line.messages());
          if (!place.sessionId().equals(id) || !place.owner().equals(state.owner())) {
            status.put("session_id", place.sessionId().value());
            owner(status, place.owner());
          }
          SessionState placed = SessionState.parse(place.sessionId(), StatusFields.written(status));
          Imported told = told(placed, placed.name(), elements, 0, models(elements));
          make(place.sessionId(), files(line, StatusFields.written(status)), told);
        });
  }

  private static void owner(ObjectNode status, Owner owner) {
    if (owner.isAnonymous()) {
      status.remove("owner");
    } else {
      status.putObject("owner").put("tenant", owner.tenant()).put("user", owner.user());
    }
  }

  private static SortedSet<String> models(List<Message> elements) {
    return elements.stream()
        .map(Message::model)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private SessionState place(Owner whose, SessionState stored) {
    if (stored.conversationId() != null) {
      return place(whose, stored.conversationId());
    }
    // The hash of an owner is another one in another store.
    String name = stored.sessionId().value();
    SessionId bare =
        stored.isNamedForOwner()
            ? new SessionId(name.substring(0, name.length() - 17))
            : stored.sessionId();
    return isWithoutNames(whose)
        ? SessionState.fresh(bare, null, whose, clock.instant())
        : names.named(whose, bare);
  }

  private static SessionFiles files(SessionLine line, byte[] status) {
    return visitor -> {
      visitor.file(ShownSession.STATUS, status);
      visitor.file(ShownSession.MESSAGES, line.messages());
      for (Map.Entry<String, byte[]> file : line.files().entrySet()) {
        visitor.file(file.getKey(), file.getValue());
      }
      visitor.end();
    };
  }

  private void make(SessionId id, SessionFiles files, Imported told) throws IOException {
    if (isDry || store.restore(id, files)) {
      listener.imported(told);
    } else {
      listener.there(id); // Made by somebody else just now.
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private void guarded(String chat, Work work) {
    guarded(new String[] {chat}, work);
  }

  /** Does something of which a failure is that chat's alone, unless the store has failed. */
  private void guarded(String[] chat, Work work) {
    try {
      work.run();
    } catch (StoreUnavailableException | StorageFullException e) {
      throw e;
    } catch (IOException | SessionException | IllegalArgumentException e) {
      String cause = e.getCause() == null ? "" : " (" + e.getCause().getMessage() + ")";
      listener.skipped(chat[0], e.getMessage() + cause);
    }
  }

  @Override
  public void unreadable(String chat, String reason) {
    listener.skipped(chat, reason);
  }

  @Override
  public void passed() {
    listener.passed();
  }
}
