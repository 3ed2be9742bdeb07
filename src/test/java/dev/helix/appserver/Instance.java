package dev.helix.appserver;

import java.nio.file.Path;
import java.util.List;

/**
 * One installation of an app server.
 *
 * @param folder all that is its own
 * @param port where it listens, on 127.0.0.1
 * @param otherPorts free ports for what else it opens
 * @param deployment what it serves
 */
public record Instance(Path folder, int port, List<Integer> otherPorts, Deployment deployment) {}
