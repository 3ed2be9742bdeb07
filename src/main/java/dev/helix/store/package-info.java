/**
 * Where sessions live: folders ({@code File*} and what they are made of), a database ({@code
 * Jdbc*}), Redis ({@code Redis*}). {@link dev.helix.store.files.FileSessionStore} opens folders,
 * {@link dev.helix.session.SessionStore#open} any kind by its name; what each one promises is said
 * in {@link dev.helix.session.SessionStore}.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.store;
