/**
 * An OpenAI-compatible upstream, spoken to over HTTP.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.backend.upstream;
