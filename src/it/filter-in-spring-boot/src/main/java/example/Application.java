package example;

import dev.helix.filter.ConversationFilter;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class Application {
  public static void main(String... arguments) {
    SpringApplication.run(Application.class, arguments);
  }

  @Bean
  FilterRegistrationBean<ConversationFilter> conversations(
      @Value("${example.sessions}") String folder) {
    FilterRegistrationBean<ConversationFilter> registration =
        new FilterRegistrationBean<>(new ConversationFilter());
    registration.addUrlPatterns("/ask");
    registration.addInitParameter("helix.sessions.dir", folder);
    return registration;
  }
}
