/** Sessions as folders. Entry type: {@link dev.helix.store.files.SessionStores}. */
package dev.helix.store.files;
