/**
 * What a conversation is: its id, its state, its transcript, and where they are kept.
 *
 * <p>{@link dev.helix.session.SessionManager} is the entry point; {@link
 * dev.helix.session.SessionStore} is what a place to keep sessions implements. The tree of a
 * transcript is worked out here alone: stores only append and read.
 */
package dev.helix.session;
