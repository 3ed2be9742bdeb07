/**
 * Copies of sessions between stores: {@link dev.helix.transfer.SessionCopy}.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.transfer;
