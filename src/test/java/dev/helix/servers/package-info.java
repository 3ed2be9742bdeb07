/** Real databases for tests, started by the tests themselves and below {@code target/} only. */
package dev.helix.servers;
