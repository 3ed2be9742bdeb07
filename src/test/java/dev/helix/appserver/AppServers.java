package dev.helix.appserver;

import java.util.List;

/** The app servers that the WAR is tried on. No state. */
public final class AppServers {
  public static final AppServer TOMCAT_10 = new Tomcat("tomcat10");
  public static final AppServer TOMCAT_11 = new Tomcat("tomcat11");
  public static final AppServer JETTY_EE10 = new Jetty("ee10");
  public static final AppServer JETTY_EE11 = new Jetty("ee11");
  public static final AppServer WILDFLY = new WildFly();
  public static final AppServer OPEN_LIBERTY = new OpenLiberty();
  public static final AppServer GLASSFISH = new GlassFish("glassfish", "GlassFish");
  public static final AppServer PAYARA = new GlassFish("payara", "Payara");

  /** All of them, in the order of the tables. */
  public static final List<AppServer> ALL =
      List.of(
          TOMCAT_10, TOMCAT_11, JETTY_EE10, JETTY_EE11, WILDFLY, OPEN_LIBERTY, GLASSFISH, PAYARA);

  private AppServers() {}
}
