/** Small web applications that tests put into the WAR in place of the real one. */
package dev.helix.packaging.probe;
