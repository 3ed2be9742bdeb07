/**
 * How settings are looked up and checked: the same sources in the same order for every part, and
 * one error that names everything that is wrong.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.config;
