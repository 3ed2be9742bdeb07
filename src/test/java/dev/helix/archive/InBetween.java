package dev.helix.archive;

import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;

/** A real store, with something else that happens before or after one of its calls. */
final class InBetween {
  private InBetween() {}

  /** What happens in between. */
  interface Event {
    void happen() throws Exception;
  }

  static SessionStore before(SessionStore store, String method, Event event) {
    return around(store, method, event, () -> {});
  }

  static SessionStore after(SessionStore store, String method, Event event) {
    return around(store, method, () -> {}, event);
  }

  private static SessionStore around(SessionStore store, String method, Event before, Event after) {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, called, arguments) -> {
              boolean here = called.getName().equals(method);
              if (here) {
                before.happen();
              }
              try {
                return called.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                if (here) {
                  after.happen();
                }
              }
            });
  }

  /** As a store that reads all files first and looks only then whether it may restore them. */
  static SessionStore betweenReadingAndRestoring(SessionStore store, Event event) {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals("restore")) {
                Map<String, byte[]> read = read((SessionFiles) arguments[1]);
                event.happen();
                return store.restore((SessionId) arguments[0], files(read));
              }
              try {
                return called.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  static Map<String, byte[]> read(SessionFiles files) throws IOException {
    Map<String, byte[]> read = new LinkedHashMap<>();
    files.each(read::put);
    return read;
  }

  static SessionFiles files(Map<String, byte[]> files) {
    return visitor -> {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        visitor.file(file.getKey(), file.getValue());
      }
      visitor.end();
    };
  }
}
