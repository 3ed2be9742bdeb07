/**
 * The application put together: its configuration, and the composition root that makes and closes
 * everything.
 */
package dev.helix;
