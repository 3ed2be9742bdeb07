package dev.helix.store.jdbc;

import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container's DataSource, found by its name. */
class JdbcNamesTest {
  private static volatile Map<String, Object> bound = Map.of();

  @TempDir Path directory;
  private String before;

  /** A container's names. */
  public static final class Names implements InitialContextFactory {
    @Override
    public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
      return new Bound();
    }
  }

  private static final class Bound extends InitialContext {
    Bound() throws NamingException {
      super(true);
    }

    @Override
    public Object lookup(String name) throws NamingException {
      Object object = bound.get(name);
      if (object == null) {
        throw new NameNotFoundException(name);
      }
      return object;
    }
  }

  @BeforeEach
  void nameService() {
    before = System.setProperty(Context.INITIAL_CONTEXT_FACTORY, Names.class.getName());
  }

  @AfterEach
  void noNameService() {
    bound = Map.of();
    if (before == null) {
      System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
    } else {
      System.setProperty(Context.INITIAL_CONTEXT_FACTORY, before);
    }
  }

  private static SessionStore open(String name) {
    return JdbcStores.open(Map.of("helix.jdbc.jndi", name));
  }

  /** One connection that commits by itself, as a container's pool hands it out. */
  private HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:" + directory.resolve("helix"));
    config.setUsername("helix");
    config.setMaximumPoolSize(1);
    return new HikariDataSource(config);
  }

  @Test
  void dataSource_isFoundAsNamed_orBelowTheApplicationsNames_andStaysOpen() throws Exception {
    try (HikariDataSource source = pool()) {
      for (String name : List.of("java:/jdbc/helix", "java:comp/env/jdbc/helix")) {
        bound = Map.of(name, source);
        String asked = name.replace("java:comp/env/", "");
        try (SessionStore store = open(asked)) {
          store.append(state("conv-" + bound.size(), "x"), LogVersion.NONE, List.of(), null);
          store.check();
        }
        try (Connection connection = source.getConnection()) {
          assertTrue(connection.getAutoCommit());
        }
      }
    }
  }

  @Test
  void nameThatIsNoDataSource_isRefused_withTheName() {
    for (Map<String, Object> names :
        List.of(Map.<String, Object>of(), Map.<String, Object>of("jdbc/helix", "x"))) {
      bound = names;
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> open("jdbc/helix"));
      assertTrue(refused.getMessage().contains("jdbc/helix"), refused.getMessage());
    }
    System.setProperty(Context.INITIAL_CONTEXT_FACTORY, "no.such.Factory");
    assertThrows(IllegalArgumentException.class, () -> open("jdbc/helix"));
  }

  @Test
  void lookUp_givesTheContainersOwn() {
    try (HikariDataSource source = pool()) {
      bound = Map.of("java:comp/env/x", source);
      assertSame(source, JdbcSessionStoreProvider.lookUp("x"));
    }
  }
}
