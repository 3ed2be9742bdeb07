/**
 * Tasks and bytes without threads that wait: mailboxes, timers, writing to callers.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.turn.stream;
