/**
 * The endpoint {@code GET /v1/models}: which models the backend has.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.openai.models;
