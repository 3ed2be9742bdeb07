/** App servers that people run, fetched as they are published, started and stopped by tests. */
package dev.helix.appserver;
