package dev.helix.blackbox;

/**
 * What the Responses API promises of what it keeps. A class that starts a server on a store once
 * for all cases ({@code PER_CLASS}) is a test of that store.
 */
interface KeptResponses extends ParallelResponseCases, ForeignResponseCases, ResponseHistoryCases {}
