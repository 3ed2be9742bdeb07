/**
 * Several upstreams behind one endpoint: which of them is asked for a model.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.backend.routing;
