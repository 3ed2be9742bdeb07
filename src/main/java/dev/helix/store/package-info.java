/**
 * Where sessions live. {@link dev.helix.store.SessionStores} opens a store; what each one promises
 * is said in {@link dev.helix.session.SessionStore}.
 */
package dev.helix.store;
