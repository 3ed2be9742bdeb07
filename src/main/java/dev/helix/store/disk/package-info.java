/**
 * Durable writes to folders.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.store.disk;
