/**
 * Who may ask at all: callers on this machine, API keys, users' tokens. Entry types: {@link
 * dev.helix.access.LoopbackFilter} and {@link dev.helix.access.AuthenticationFilter}.
 */
package dev.helix.access;
