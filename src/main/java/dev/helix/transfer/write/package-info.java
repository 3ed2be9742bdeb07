/**
 * Sessions as other programs read them, written one at a time: {@link
 * dev.helix.transfer.write.WrittenForm}.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.transfer.write;
