/** A rival that is written for the benchmark, as no program of its own is published. */
package dev.helix.bench.proxy;
