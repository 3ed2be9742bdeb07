/**
 * The packaged product as a process: the WAR run by itself, in Tomcat and in Jetty. {@link
 * dev.helix.packaging.RunningServer} is what other tests drive.
 */
package dev.helix.packaging;
