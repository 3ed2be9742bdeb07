/** Sessions as folders. Entry type: {@link dev.helix.store.files.FileSessionStore}. */
package dev.helix.store.files;
