package dev.helix.model;

/**
 * What versions and settings of Open WebUI do differently. Immutable.
 *
 * @param ids whether the ids of messages go along in headers
 * @param system whether a system message leads, another one each time
 * @param sendsEmpty whether an answer without text goes out as such, or not at all
 * @param sendsRounds whether tool calls and their results go out again with the answer they led to
 */
record Habits(boolean ids, boolean system, boolean sendsEmpty, boolean sendsRounds) {}
