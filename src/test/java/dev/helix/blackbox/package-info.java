/**
 * What a caller, an upstream and a reader of the files see of a running server. No product class is
 * used.
 */
package dev.helix.blackbox;
