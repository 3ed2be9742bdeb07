/**
 * Test tools on raw sockets: an upstream and a caller that a test scripts byte by byte; and what
 * tests of all packages need beside them.
 */
package dev.helix.scripted;
