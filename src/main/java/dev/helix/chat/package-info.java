/**
 * The OpenAI endpoint: the chat servlet and the state machine of a turn, the models servlet, and
 * every error as JSON.
 */
package dev.helix.chat;
