package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.Step;
import dev.helix.store.ArrayScan;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.NotAFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A second {@code status.json} out of sight in a session's folder, from which a damaged one is made
 * anew. Not forced: of the two one is whole after any crash. A session without one is known by its
 * name and transcript, where these leave no doubt whose it is: a new one of nobody's has none until
 * its state changes, and one of an earlier version neither. No state.
 */
final class StatusCopy {
  static final String NAME = "input/.status.json";

  private static final String CONVERSATION = "conv-";

  /** Names that may be made of another id, or be an owner's. */
  private static final Pattern HASHED = Pattern.compile("(.*-)?([0-9a-f]{16}){1,2}");

  private static final String REQUEST_HEAD = "# User Request\n\n";

  private StatusCopy() {}

  /**
   * Makes it in a folder that nobody sees yet, unless name and transcript tell all that it says.
   */
  static void make(Path folder, SessionState first, byte[] json) throws IOException {
    boolean told =
        first.owner().isAnonymous()
            && first.projectName() == null
            && first.conversationId() != null
            && conversation(first.sessionId()).equals(Optional.of(first.conversationId()));
    if (!told) {
      Disk.write(folder.resolve(NAME), json);
    }
  }

  /** Replaces it, or makes it. */
  static void write(Path folder, byte[] json) throws IOException {
    Path beside = folder.resolve(NAME + ".new");
    Path unused = Disk.makeInside(beside.getParent());
    Files.deleteIfExists(beside);
    Disk.write(beside, json);
    Files.move(
        beside,
        folder.resolve(NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** What a {@code status.json} that is unreadable has said; empty where that is not known. */
  static Optional<SessionState> of(Path folder, SessionId id) throws IOException {
    Path copy = folder.resolve(NAME);
    try {
      Disk.checkFolder(copy.getParent());
      return Optional.of(SessionState.parse(id, Disk.read(copy)));
    } catch (NoSuchFileException | NotAFileException | IllegalArgumentException e) {
      return ofTranscript(folder, id);
    }
  }

  private static Optional<SessionState> ofTranscript(Path folder, SessionId id) throws IOException {
    List<Message> elements = elements(folder);
    // Those that others wrote have names of which others' ids are made too.
    if (elements.isEmpty() || elements.get(0).id() == null) {
      return Optional.empty();
    }
    Optional<Message> first =
        elements.stream().filter(element -> element.role().equals("user")).findFirst();
    Optional<String> conversation = conversation(id);
    boolean ofFirstMessage =
        first.isPresent() && SessionId.forFirstMessage(first.get().firstMessageText()).equals(id);
    if (conversation.isEmpty() && !ofFirstMessage) {
      return Optional.empty();
    }
    Instant created = elements.get(0).timestamp();
    Instant updated = elements.get(elements.size() - 1).timestamp();
    return Optional.of(
        new SessionState(
            id,
            SessionStatus.DISCUSSING,
            step(elements),
            created == null ? Instant.EPOCH : created,
            updated == null ? Instant.EPOCH : updated,
            request(folder).or(() -> first.map(Message::text)).orElse(null),
            null,
            conversation.orElse(null),
            Owner.ANONYMOUS));
  }

  private static Optional<String> conversation(SessionId id) {
    String name = id.value();
    String rest = name.startsWith(CONVERSATION) ? name.substring(CONVERSATION.length()) : "";
    boolean isSure =
        !rest.isEmpty()
            && SessionId.forConversation(rest).equals(id)
            && !HASHED.matcher(rest).matches();
    return isSure ? Optional.of(rest) : Optional.empty();
  }

  private static List<Message> elements(Path folder) throws IOException {
    Path messages = folder.resolve(ShownSession.MESSAGES);
    try {
      Disk.checkFolder(messages.getParent());
      return ArrayScan.of(Disk.read(messages)).messages();
    } catch (NoSuchFileException | NotAFileException e) {
      return List.of();
    }
  }

  private static Step step(List<Message> elements) {
    Step step = Step.WHAT;
    for (Message element : elements) {
      if (element.isAssistant()) {
        step = Step.markedIn(element.text()).orElse(step);
      }
    }
    return step;
  }

  private static Optional<String> request(Path folder) throws IOException {
    Path file = folder.resolve(RequestFile.PATH);
    try {
      Disk.checkFolder(file.getParent());
      String text = new String(Disk.read(file), UTF_8);
      return text.startsWith(REQUEST_HEAD)
          ? Optional.of(text.substring(REQUEST_HEAD.length()))
          : Optional.empty();
    } catch (NoSuchFileException | NotAFileException e) {
      return Optional.empty();
    }
  }
}
