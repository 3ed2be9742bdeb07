package example;

import dev.helix.filter.ConversationFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.EnumSet;

/** Lets agents into the chats, by a header of their own. */
public final class AgentsFilter implements ServletContextListener {
  @Override
  public void contextInitialized(ServletContextEvent event) {
    FilterRegistration.Dynamic filter =
        event.getServletContext().addFilter("agents", ConversationFilter.class);
    filter.setAsyncSupported(true);
    filter.setInitParameter("helix.conversation.headers", "X-Agents-Chat");
    filter.setInitParameter("helix.conversation.fallback", "none");
    filter.setInitParameter("helix.sessions.dir", "~/chats");
    filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/agents");
  }
}
