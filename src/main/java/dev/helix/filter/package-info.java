/**
 * Which conversation a request belongs to. {@link dev.helix.filter.ConversationFilter} is the way
 * in: it finds the session of each request and attaches it, and knows nothing of the endpoint
 * behind it, so that other web applications can take it alone.
 */
package dev.helix.filter;
