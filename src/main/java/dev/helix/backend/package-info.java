/**
 * Who answers a chat completion. {@link dev.helix.backend.ChatBackend} is the interface, of which
 * the OpenAI-compatible upstream and the demo are implementations; an application may bring its
 * own.
 */
package dev.helix.backend;
