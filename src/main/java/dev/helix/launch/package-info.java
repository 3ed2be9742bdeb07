/**
 * The WAR as a program: {@code java -jar helix-sessions.war} unpacks itself into a folder of its
 * own and serves the web application with the Jetty that travels inside it.
 *
 * <p>These classes lie at the WAR's root and are loaded by the system class loader ({@link
 * dev.helix.launch.Launcher}) and by a loader that sees Jetty ({@link
 * dev.helix.launch.EmbeddedServer}); the web application sees neither, and in another container
 * nothing here is loaded at all. Nothing here knows the rest of the product: what the two sides say
 * to each other goes through attributes of the servlet context.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.launch;
