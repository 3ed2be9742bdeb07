package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.Transcript;
import dev.helix.transfer.read.ChatFile;
import dev.helix.transfer.read.ChatFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A store of files that chats are imported into, and what was told of them. */
final class Imports implements AutoCloseable, SessionImport.Listener {
  static final int MOST = 16 << 20;

  final SessionStore store;
  final List<SessionImport.Imported> imported = new ArrayList<>();
  final List<String> there = new ArrayList<>();
  final List<String> skipped = new ArrayList<>();
  int passed;

  Imports(Path folder) {
    this.store = FileSessionStore.open(folder);
  }

  Imports read(String json) throws IOException {
    return read(json.getBytes(UTF_8), null, ImportOwner.AS_STORED);
  }

  Imports read(byte[] json, ChatFormat format, ImportOwner owner) throws IOException {
    SessionImport sessions = new SessionImport(store, owner, false, Clock.systemUTC(), this);
    new ChatFile(new ByteArrayInputStream(json), format, MOST).each(sessions);
    return this;
  }

  Transcript transcript(String session) {
    return Transcript.of(elements(session));
  }

  List<Message> elements(String session) {
    return store.read(new SessionId(session), dev.helix.transcript.LogVersion.NONE).elements();
  }

  SessionManager manager() {
    return new SessionManager(store, Clock.systemUTC());
  }

  /** Each message with its parent, in the order of the log. */
  static String outline(Transcript transcript) {
    return transcript.messages().stream()
        .map(each -> each.id() + "<" + each.parentId() + " " + each.role() + ": " + each.text())
        .collect(Collectors.joining("\n"));
  }

  static String path(Transcript transcript) {
    return transcript.currentPath().stream().map(Message::id).collect(Collectors.joining(" "));
  }

  @Override
  public void imported(SessionImport.Imported session) {
    imported.add(session);
  }

  @Override
  public void there(SessionId id) {
    there.add(id.value());
  }

  @Override
  public void skipped(String chat, String reason) {
    skipped.add(chat + ": " + reason);
  }

  @Override
  public void passed() {
    passed++;
  }

  @Override
  public void close() {
    store.close();
  }
}
