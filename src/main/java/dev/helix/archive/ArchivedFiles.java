package dev.helix.archive;

import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The files of an archived session. Each look opens the archive, holds one file at a time, and
 * checks what it reads against its checksum. Immutable.
 */
record ArchivedFiles(SessionId id, Path zip) {
  static final String STATUS = "status.json";
  private static final String MESSAGES = "context/messages.json";

  /** The longest array that every JVM can make. */
  private static final int LONGEST_FILE = Integer.MAX_VALUE - 8;

  SessionState state() throws IOException {
    try (ZipFile file = open()) {
      return state(status(file));
    }
  }

  private SessionState state(byte[] status) throws IOException {
    try {
      return SessionState.parse(id, status);
    } catch (IllegalArgumentException e) {
      throw damaged(STATUS + " is unreadable", e);
    }
  }

  /** The session's files, its state as last used at this time, unless it was used later. */
  SessionFiles usedAt(Instant time) {
    return visitor -> show(time, visitor);
  }

  private void show(Instant used, SessionFiles.Visitor visitor) throws IOException {
    try (ZipFile file = open()) {
      Map<String, ZipEntry> entries = entries(file);
      byte[] status = status(file);
      SessionState state = state(status);
      boolean later = used.isAfter(state.updatedAt());
      visitor.file(STATUS, later ? state.withUpdatedAt(used).toJson(status) : status);
      entries.remove(STATUS);
      ZipEntry messages = entries.remove(MESSAGES);
      if (messages == null) {
        throw damaged("it has no " + MESSAGES, null);
      }
      visitor.file(MESSAGES, content(file, messages));
      for (Map.Entry<String, ZipEntry> entry : entries.entrySet()) {
        visitor.file(entry.getKey(), content(file, entry.getValue()));
      }
    }
    visitor.end();
  }

  private ZipFile open() throws IOException {
    try {
      return new ZipFile(zip.toFile(), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw damaged("it cannot be opened", e);
    }
  }

  private byte[] status(ZipFile file) throws IOException {
    ZipEntry status = file.getEntry(STATUS);
    if (status == null) {
      throw damaged("it has no " + STATUS, null);
    }
    return content(file, status);
  }

  private Map<String, ZipEntry> entries(ZipFile file) throws IOException {
    Map<String, ZipEntry> entries = new LinkedHashMap<>();
    for (ZipEntry entry : Collections.list(file.entries())) {
      if (entry.isDirectory()) {
        continue;
      }
      if (!SessionFiles.isPath(entry.getName())) {
        throw damaged("a path in it leads out of the session's folder", null);
      }
      if (entries.put(entry.getName(), entry) != null) {
        throw damaged("a file is in it twice", null);
      }
    }
    return entries;
  }

  private byte[] content(ZipFile file, ZipEntry entry) throws IOException {
    if (entry.getSize() < 0 || entry.getSize() > LONGEST_FILE) {
      throw damaged("a file in it has no size that is possible", null);
    }
    byte[] content;
    boolean more;
    try (InputStream in = file.getInputStream(entry)) {
      content = in.readNBytes((int) entry.getSize());
      more = in.read() >= 0;
    } catch (IOException e) {
      throw damaged("it cannot be read", e);
    }
    CRC32 checksum = new CRC32();
    checksum.update(content);
    if (more || content.length != entry.getSize() || checksum.getValue() != entry.getCrc()) {
      throw damaged("what is in it is not what was archived", null);
    }
    return content;
  }

  private IOException damaged(String how, Exception cause) {
    return new IOException("the archive " + zip + " is damaged: " + how, cause);
  }
}
