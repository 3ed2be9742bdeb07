/**
 * What every endpoint does with HTTP: bodies and the memory they may take, errors and their JSON
 * forms.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.http;
