/**
 * The endpoint {@code POST /v1/messages}: its servlet, its request, its form of the answer.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.anthropic.messages;
