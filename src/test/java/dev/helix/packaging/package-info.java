/** The packaged product: the WAR run by itself as a process, and the filter's jar. */
package dev.helix.packaging;
