/**
 * Where messages belong: the tree of a session, the search for a resent history in it, placing.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.transcript.tree;
