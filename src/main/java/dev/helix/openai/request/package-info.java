/**
 * What the endpoints' requests have in common: how their JSON is read, what their headers say of a
 * turn, and what is refused.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.openai.request;
