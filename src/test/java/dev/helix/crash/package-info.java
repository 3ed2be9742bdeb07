/**
 * The server process killed with SIGKILL under load of chat completions and responses, again and
 * again on the same sessions. {@link dev.helix.crash.CrashIT} does it twelve times in each build;
 * with the profile {@code crash}, two hundred times. On PostgreSQL and Redis it is a twentieth of
 * that, and at least twice.
 */
package dev.helix.crash;
