/** Servlets to be compared with, written for the benchmark as no programs of their own are published. */
package dev.helix.bench.proxy;
