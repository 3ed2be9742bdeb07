/**
 * The real Open WebUI before the launched WAR: a person's actions on its own page, and a replay of
 * what was recorded then.
 */
package dev.helix.openwebui;
