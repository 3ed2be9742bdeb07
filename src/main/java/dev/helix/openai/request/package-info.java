/**
 * What endpoints have in common: the frame around a request, how its JSON is read and written, what
 * its headers say of a turn, and what is refused.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.openai.request;
