/**
 * Sessions in Redis. Opened by {@link dev.helix.session.SessionStore#open}.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.store.redis;
