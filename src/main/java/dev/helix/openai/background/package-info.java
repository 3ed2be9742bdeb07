/**
 * Turns that go on without their callers: their logs of events, who reads them, how many run, and
 * what has to be waited for in the store.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.openai.background;
