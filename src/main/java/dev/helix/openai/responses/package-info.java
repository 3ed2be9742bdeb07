/**
 * The endpoint {@code POST /v1/responses}: its request, its form of the answer, and what is stored
 * of a response.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.openai.responses;
