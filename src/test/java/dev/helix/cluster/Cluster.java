package dev.helix.cluster;

import dev.helix.servers.SharedStore;

/** A store and two servers on it. */
record Cluster(SharedStore store, ClusterServer here, ClusterServer there)
    implements AutoCloseable {

  static Cluster on(SharedStore store) {
    return new Cluster(store, new ClusterServer(store), new ClusterServer(store));
  }

  @Override
  public void close() {
    here.close();
    there.close();
    store.close().run();
  }
}
