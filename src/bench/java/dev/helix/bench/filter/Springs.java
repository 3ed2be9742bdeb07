package dev.helix.bench.filter;

import com.zaxxer.hikari.HikariDataSource;
import dev.helix.bench.filter.StubRequest.Call;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.session.data.redis.config.annotation.web.http.EnableRedisHttpSession;
import org.springframework.session.jdbc.config.annotation.web.http.EnableJdbcHttpSession;
import org.springframework.session.web.http.HeaderHttpSessionIdResolver;
import org.springframework.session.web.http.HttpSessionIdResolver;
import org.springframework.session.web.http.SessionRepositoryFilter;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Spring Session's filter as its own annotations set it up, except that a header names the session,
 * which costs less than its cookie. Each session has one attribute. The database is H2 in this very
 * process, with nothing on a disk; the Redis is a process on the loopback.
 */
final class Springs implements Way {
  /** The system property that says at which port of the loopback Redis is. */
  static final String REDIS_PORT = "dev.helix.bench.redis.port";

  private static final String ATTRIBUTE = "question";

  private final AnnotationConfigApplicationContext context;
  private final SessionRepositoryFilter<?> filter;
  private final FilterChain behind = (request, response) -> read(request);
  private final List<Call> calls;

  private Springs(Class<?> configuration) {
    context = new AnnotationConfigApplicationContext(configuration);
    filter = context.getBean(SessionRepositoryFilter.class);
    SessionRepository<?> repository = context.getBean(SessionRepository.class);
    calls = Way.ids().map(n -> Way.call(newSession(repository), null)).toList();
  }

  static Springs jdbc() {
    return new Springs(InDatabase.class);
  }

  static Springs redis() {
    return new Springs(InRedis.class);
  }

  private static <S extends Session> String newSession(SessionRepository<S> repository) {
    S session = repository.createSession();
    session.setAttribute(ATTRIBUTE, QUESTION);
    repository.save(session);
    return session.getId();
  }

  private static void read(ServletRequest request) {
    HttpSession session = ((HttpServletRequest) request).getSession(false);
    if (session == null || !QUESTION.equals(session.getAttribute(ATTRIBUTE))) {
      throw new IllegalStateException("not the session that is stored: " + session);
    }
  }

  @Override
  public List<Call> calls() {
    return calls;
  }

  @Override
  public void handle(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    filter.doFilter(request, response, behind);
  }

  @Override
  public void close() {
    context.close();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableJdbcHttpSession
  static class InDatabase {
    @Bean
    DataSource dataSource() {
      HikariDataSource source = new HikariDataSource();
      source.setJdbcUrl("jdbc:h2:mem:sessions;DB_CLOSE_DELAY=-1");
      source.setMaximumPoolSize(2);
      DatabasePopulatorUtils.execute(
          new ResourceDatabasePopulator(
              new ClassPathResource("org/springframework/session/jdbc/schema-h2.sql")),
          source);
      return source;
    }

    @Bean
    PlatformTransactionManager transactions(DataSource source) {
      return new JdbcTransactionManager(source);
    }

    @Bean
    HttpSessionIdResolver ids() {
      return new HeaderHttpSessionIdResolver(HEADER);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableRedisHttpSession
  static class InRedis {
    @Bean
    LettuceConnectionFactory connections() {
      return new LettuceConnectionFactory(
          new RedisStandaloneConfiguration("127.0.0.1", Integer.getInteger(REDIS_PORT)));
    }

    @Bean
    HttpSessionIdResolver ids() {
      return new HeaderHttpSessionIdResolver(HEADER);
    }
  }
}
