/**
 * The items of responses and conversations: read from requests, made of answers, and found again in
 * what is stored.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.openai.items;
