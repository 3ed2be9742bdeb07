/**
 * Two servers on one store, as users run them: each a process of its own that is killed, stopped
 * for a while and started again, and so is the store.
 */
package dev.helix.cluster;
