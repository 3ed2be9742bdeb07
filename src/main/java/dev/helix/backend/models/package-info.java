/**
 * Which models a backend has: its list, kept for a while.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.backend.models;
