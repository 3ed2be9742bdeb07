/**
 * What a backend's answer says, whole or streamed.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.turn.reply;
