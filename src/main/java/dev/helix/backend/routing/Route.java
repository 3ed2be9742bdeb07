package dev.helix.backend.routing;

/**
 * One upstream and where the model is named otherwise. Immutable.
 *
 * @param model the model to be sent instead; null where the request's own name stands
 */
record Route(NamedUpstream upstream, String model) {}
