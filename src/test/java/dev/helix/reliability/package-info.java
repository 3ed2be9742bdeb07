/**
 * What the tests of each promise have tried, for {@code docs/reliability.md}: a test leaves its
 * figures, and {@link dev.helix.reliability.ReliabilityTable} puts them on the page.
 */
package dev.helix.reliability;
