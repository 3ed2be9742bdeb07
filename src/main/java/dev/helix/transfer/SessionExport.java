package dev.helix.transfer;

import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.store.ShownSession;
import dev.helix.transcript.Transcript;
import dev.helix.transfer.write.FineTuningForm;
import dev.helix.transfer.write.MarkdownForm;
import dev.helix.transfer.write.OpenWebUiForm;
import dev.helix.transfer.write.WrittenForm;
import dev.helix.transfer.write.WrittenSession;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes sessions of a store into one file, one after the other: memory is taken as the largest of
 * them takes it. Each is as of one moment. Not thread-safe.
 */
public final class SessionExport implements AutoCloseable {
  private final SessionStore store;
  private final OutputStream out;
  private final WrittenForm form;
  private boolean begun;

  /** The forms of a file. */
  public enum Format {
    /** As the sessions are, a line each, which an import makes the same sessions of. */
    JSONL,
    MARKDOWN,
    OPENWEBUI,
    FINE_TUNING;

    /** The name on a command line. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The format of a name.
     *
     * @throws IllegalArgumentException if there is none; the message names those there are
     */
    public static Format named(String name) {
      return Arrays.stream(values())
          .filter(format -> format.wireName().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "a format is "
                          + Arrays.stream(values())
                              .map(Format::wireName)
                              .collect(Collectors.joining(", "))));
    }
  }

  /**
   * An export that has not begun.
   *
   * @param store which may be open to read alone
   * @param out is not closed
   */
  public SessionExport(SessionStore store, Format format, OutputStream out) {
    this.store = store;
    this.out = out;
    this.form =
        switch (format) {
          case JSONL -> null;
          case MARKDOWN -> new MarkdownForm();
          case OPENWEBUI -> new OpenWebUiForm();
          case FINE_TUNING -> new FineTuningForm();
        };
  }

  /** What became of a session. */
  public enum Outcome {
    WRITTEN,
    /** It has nothing that this form could say. */
    NOTHING_SAID,
    /** There is none. */
    GONE
  }

  /**
   * Writes a session.
   *
   * @throws IOException if it cannot be written, or is not readable as a session
   * @throws dev.helix.session.SessionException if the store fails
   */
  public Outcome write(SessionId id) throws IOException {
    Shown shown = new Shown();
    if (!store.export(id, shown)) {
      return Outcome.GONE;
    }
    return write(id, shown.files());
  }

  /** Writes a session that is shown by another than the store, as by an archive. */
  public Outcome write(SessionId id, SessionFiles files) throws IOException {
    begin();
    if (form == null) {
      SessionLine.write(files, out);
      return Outcome.WRITTEN;
    }
    return form.write(session(id, files), out) ? Outcome.WRITTEN : Outcome.NOTHING_SAID;
  }

  private static WrittenSession session(SessionId id, SessionFiles files) throws IOException {
    ShownSession shown = ShownSession.of(id, files);
    return new WrittenSession(shown.state(), Transcript.of(shown.messages()));
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      if (form != null) {
        form.begin(out);
      }
    }
  }

  /** Writes what stands behind the last session. */
  @Override
  public void close() throws IOException {
    begin();
    if (form != null) {
      form.end(out);
    }
    out.flush();
  }

  /** A session's files, kept until they are written, so that no store waits for who reads. */
  private static final class Shown implements SessionFiles.Visitor {
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    @Override
    public void file(String path, byte[] content) {
      files.put(path, content);
    }

    SessionFiles files() {
      return visitor -> {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
          visitor.file(file.getKey(), file.getValue());
        }
        visitor.end();
      };
    }
  }
}
