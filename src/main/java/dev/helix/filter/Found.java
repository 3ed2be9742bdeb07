package dev.helix.filter;

import dev.helix.session.SessionState;

/**
 * What was found out of a request. Immutable.
 *
 * @param session null where it has none
 * @param response null where it names none that may be there
 */
record Found(Conversation conversation, SessionState session, NamedResponse response) {}
