package example;

import dev.helix.filter.ConversationFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * An application that reads requests in every way there is.
 *
 * @param sessions the folder of its sessions; null where it has no {@link ConversationFilter}
 */
record Application(Path sessions) implements ServletContainerInitializer {
  /** Where the container sends what went wrong. */
  static final String ERROR_PAGE = "/error-page";

  @Override
  public void onStartup(Set<Class<?>> classes, ServletContext context) {
    add(context, "before", new FilterBefore(), EnumSet.of(DispatcherType.REQUEST));
    if (sessions != null) {
      // ERROR, so that the error page has the body.
      EnumSet<DispatcherType> all =
          EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
      add(context, "conversations", new ConversationFilter(), all)
          .setInitParameter("helix.sessions.dir", sessions.toString());
    }
    ServletRegistration.Dynamic ways = context.addServlet("ways", new WaysServlet());
    ways.setAsyncSupported(true);
    ways.setMultipartConfig(new MultipartConfigElement(""));
    ways.addMapping("/");
  }

  private static FilterRegistration.Dynamic add(
      ServletContext context, String name, Filter filter, EnumSet<DispatcherType> types) {
    FilterRegistration.Dynamic registration = context.addFilter(name, filter);
    registration.setAsyncSupported(true);
    registration.addMappingForUrlPatterns(types, true, "/*");
    return registration;
  }
}
