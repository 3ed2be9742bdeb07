/**
 * A model of Open WebUI's chats, played against real sessions: what a person does in a chat, what
 * of it goes over the wire, and the tree that must come of it.
 */
package dev.helix.model;
