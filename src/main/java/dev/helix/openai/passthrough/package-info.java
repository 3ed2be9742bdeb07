/**
 * The endpoints that only pass on: what clients ask of the same base URL beside chat completions,
 * such as embeddings and speech.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.openai.passthrough;
