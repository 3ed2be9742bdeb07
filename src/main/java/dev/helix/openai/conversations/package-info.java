/**
 * The endpoint {@code /v1/conversations}: its servlet, and items that are added and erased.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.openai.conversations;
