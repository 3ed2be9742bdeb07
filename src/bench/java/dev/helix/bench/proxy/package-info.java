/** Servlets to be compared with, written for the benchmark as no programs are published. */
package dev.helix.bench.proxy;
