/**
 * Chats of other programs, read from their exports one at a time: {@link
 * dev.helix.transfer.read.ChatFiles} finds the files, {@link dev.helix.transfer.read.ChatFile}
 * reads one.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.transfer.read;
