/**
 * A benchmark of the running server, from outside: what a remembered turn costs, many slow streams
 * at once, and bytes written as a conversation grows. Load, upstream and server are processes of
 * their own.
 */
package dev.helix.bench;
