/**
 * One message: its bytes, its text, what of it counts when two are compared. Entry type: {@link
 * dev.helix.message.Message}.
 */
package dev.helix.message;
