/**
 * The WAR as a program: {@code java -jar helix-sessions.war} unpacks itself into a folder of its
 * own and serves the web application with the Jetty that travels inside it.
 *
 * <p>These classes lie at the WAR's root and are loaded by the system class loader ({@link
 * dev.helix.launch.Launcher}) and by one that sees Jetty ({@link dev.helix.launch.EmbeddedServer}).
 * They and the web application speak through attributes of the servlet context.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.launch;
