/**
 * Real clients before the WAR and a scripted upstream: the profile {@code clients}. The programs
 * that use them are in {@code src/test/clients}.
 */
package dev.helix.clients;
