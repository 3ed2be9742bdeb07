/**
 * The engine of every endpoint: a turn from the request for a backend to the caller's last byte.
 */
package dev.helix.turn;
