/**
 * Sessions on their way: {@link dev.helix.transfer.SessionCopy} between stores, {@link
 * dev.helix.transfer.SessionImport} from other programs, {@link dev.helix.transfer.SessionExport}
 * to them.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.transfer;
