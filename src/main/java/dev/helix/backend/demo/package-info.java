/**
 * The backend that stands in while no upstream is set.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.backend.demo;
