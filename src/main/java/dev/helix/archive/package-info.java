/**
 * Idle sessions as zips in a folder, and back: {@link dev.helix.archive.ArchivingStore}, a store
 * before the store.
 */
package dev.helix.archive;
