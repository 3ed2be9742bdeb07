/** Real databases for tests: started on the loopback, killed and started again. */
package dev.helix.servers;
