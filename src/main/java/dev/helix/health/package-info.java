/**
 * How the application is, for balancers and supervisors.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.health;
