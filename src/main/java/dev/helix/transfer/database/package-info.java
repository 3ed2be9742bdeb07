/**
 * Open WebUI's own database: {@link dev.helix.transfer.database.OpenWebUiDatabase}.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.transfer.database;
