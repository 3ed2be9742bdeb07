/**
 * Which conversation a request belongs to. {@link dev.helix.filter.ConversationFilter} finds the
 * session of each request and attaches it. It knows nothing of the endpoints of this application,
 * and is for other web applications too.
 */
package dev.helix.filter;
