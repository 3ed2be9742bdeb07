/** Test tools on raw sockets: an upstream and a caller that a test scripts byte by byte. */
package dev.helix.scripted;
