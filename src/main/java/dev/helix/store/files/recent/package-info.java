/**
 * The order in which folders were last used.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.store.files.recent;
