/**
 * Bytes and text: one way to read JSON, times, what of a text counts when two are compared.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.text;
