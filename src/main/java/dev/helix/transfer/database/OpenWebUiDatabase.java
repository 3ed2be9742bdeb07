package dev.helix.transfer.database;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.session.SessionException;
import dev.helix.text.Json;
import dev.helix.transfer.read.ChatFile;
import java.io.IOException;
import java.io.Reader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The chats in Open WebUI's own database: its table {@code chat}, and, where there is one, {@code
 * chat_message}, whose rows are taken for messages that the chat itself has not. Only read, one
 * chat at a time. Not thread-safe.
 */
public final class OpenWebUiDatabase implements AutoCloseable {
  private static final int FETCHED = 20;
  private static final Set<String> JSON_COLUMNS = Set.of("chat", "meta");
  private static final Set<String> MESSAGE_JSON =
      Set.of("content", "output", "usage", "error", "files", "sources");

  private static final Pattern PARAMETERS = Pattern.compile("[?#;].*", Pattern.DOTALL);

  private final URLClassLoader loader;
  private final Connection connection;

  private OpenWebUiDatabase(URLClassLoader loader, Connection connection) {
    this.loader = loader;
    this.connection = connection;
  }

  /**
   * Connects to a database, with a driver of this application or one that is brought along.
   *
   * @param login the driver's properties, such as {@code user} and {@code password}
   * @param jar the driver's; null for none
   * @throws IllegalArgumentException if there is no such driver, or no such jar
   * @throws SessionException if it cannot; the message shows no parameters of the URL
   */
  public static OpenWebUiDatabase open(String url, Properties login, Path jar) {
    String shown = PARAMETERS.matcher(url).replaceFirst("");
    try {
      URLClassLoader loader = loader(jar);
      for (Driver driver : ServiceLoader.load(Driver.class, loader)) {
        if (driver.acceptsURL(url)) {
          return new OpenWebUiDatabase(loader, driver.connect(url, login));
        }
      }
      loader.close();
    } catch (SQLException | IOException e) {
      // Drivers repeat the URL, and causes too.
      String reason = ("" + e.getMessage()).replace(url, shown);
      throw new SessionException("cannot connect to " + shown + ": " + reason);
    }
    throw new IllegalArgumentException(
        "there is no driver for " + shown + ": name its jar with --driver");
  }

  private static URLClassLoader loader(Path jar) throws IOException {
    ClassLoader ours = OpenWebUiDatabase.class.getClassLoader();
    if (jar == null) {
      return new URLClassLoader(new URL[0], ours);
    }
    if (!Files.isRegularFile(jar)) {
      throw new IllegalArgumentException("there is no file " + jar);
    }
    return new URLClassLoader(new URL[] {jar.toUri().toURL()}, ours);
  }

  private boolean hasTable(String name) throws SQLException {
    try (ResultSet tables = connection.getMetaData().getTables(null, null, name, null)) {
      return tables.next();
    }
  }

  /**
   * Reads the chats in the order of their ids.
   *
   * @param most how many characters one chat may have
   * @throws SessionException if the database fails, or has no such table
   */
  public void each(int most, ChatFile.Visitor visitor) {
    try {
      connection.setAutoCommit(false); // So rows come a few at a time.
      boolean hasMessages = hasTable("chat_message") || hasTable("CHAT_MESSAGE");
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(FETCHED);
        try (ResultSet rows = statement.executeQuery("SELECT * FROM chat ORDER BY id")) {
          while (rows.next()) {
            chat(rows, most, hasMessages, visitor);
          }
        }
      } finally {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw new SessionException("the database cannot be read: " + e.getMessage());
    }
  }

  private void chat(ResultSet rows, int most, boolean hasMessages, ChatFile.Visitor visitor)
      throws SQLException {
    String id = rows.getString("id");
    try {
      ObjectNode chat = object(rows, JSON_COLUMNS, most);
      if (hasMessages) {
        messages(id, chat, most);
      }
      ChatFile.openWebUi(chat, id, visitor);
    } catch (IOException e) {
      visitor.unreadable(id, e.getMessage());
    }
  }

  /** A row with its columns as fields; those that hold JSON are read. */
  private static ObjectNode object(ResultSet row, Set<String> json, int most)
      throws SQLException, IOException {
    ObjectNode object = Json.MAPPER.createObjectNode();
    ResultSetMetaData columns = row.getMetaData();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      String name = columns.getColumnLabel(i).toLowerCase(Locale.ROOT);
      String text = text(row, i, most);
      if (text == null) {
        object.putNull(name);
      } else if (json.contains(name)) {
        object.set(name, value(text));
      } else if (text.matches("-?[0-9]{1,18}") && name.endsWith("_at")) {
        object.put(name, Long.parseLong(text));
      } else if (name.equals("done")) {
        object.put(
            name, text.equals("1") || text.equalsIgnoreCase("t") || text.equalsIgnoreCase("true"));
      } else {
        object.put(name, text);
      }
    }
    return object;
  }

  private static String text(ResultSet row, int column, int most) throws SQLException, IOException {
    try (Reader reader = row.getCharacterStream(column)) {
      if (reader == null) {
        return null;
      }
      StringBuilder text = new StringBuilder();
      char[] piece = new char[1 << 13];
      for (int read = reader.read(piece); read >= 0; read = reader.read(piece)) {
        text.append(piece, 0, read);
        if (text.length() > most) {
          throw new IOException("it has more than %,d characters".formatted(most));
        }
      }
      return text.toString();
    }
  }

  /** What a column says: JSON, or a text that is none. */
  private static JsonNode value(String text) throws IOException {
    JsonNode value;
    try {
      value = Json.MAPPER.readTree(text);
    } catch (IOException e) {
      return Json.MAPPER.getNodeFactory().textNode(text);
    }
    // Some drivers give JSON as a string that has it.
    return value.isTextual() && value.textValue().startsWith("{")
        ? Json.MAPPER.readTree(value.textValue())
        : value;
  }

  private void messages(String id, ObjectNode chat, int most) throws SQLException, IOException {
    if (!(chat.get("chat") instanceof ObjectNode inner)) {
      return;
    }
    ObjectNode history = object(inner, "history");
    ObjectNode messages = object(history, "messages");
    String select = "SELECT * FROM chat_message WHERE chat_id = ? ORDER BY created_at, id";
    try (PreparedStatement statement = connection.prepareStatement(select)) {
      statement.setString(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        long left = most;
        while (rows.next()) {
          ObjectNode row = object(rows, MESSAGE_JSON, most);
          String own = row.path("id").asText();
          String message = own.startsWith(id + "-") ? own.substring(id.length() + 1) : own;
          if (!messages.has(message)) {
            left -= row.path("content").asText().length() + 100;
            if (left < 0) {
              throw new IOException("it has more than %,d characters".formatted(most));
            }
            messages.set(message, message(row, id));
          }
        }
      }
    }
    if (!history.path("currentId").isTextual()) {
      history.set("currentId", chat.path("current_message_id"));
    }
  }

  /** The object in a field, which is made in the place of anything else. */
  private static ObjectNode object(ObjectNode around, String field) {
    return around.get(field) instanceof ObjectNode there ? there : around.putObject(field);
  }

  /** A row as the chat itself would have the message. */
  private static ObjectNode message(ObjectNode row, String id) {
    String parent = row.path("parent_id").textValue();
    boolean longer = parent != null && parent.startsWith(id + "-");
    row.put("parentId", longer ? parent.substring(id.length() + 1) : parent);
    row.set("model", row.path("model_id"));
    row.set("timestamp", row.path("created_at"));
    return row;
  }

  @Override
  public void close() {
    try (URLClassLoader closed = loader) {
      connection.close();
    } catch (SQLException | IOException e) {
      throw new SessionException("the database cannot be closed", e);
    }
  }
}
