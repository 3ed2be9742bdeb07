/**
 * How settings are looked up and checked: the same sources in the same order for every part, and
 * one error that names everything that is wrong.
 */
package dev.helix.config;
