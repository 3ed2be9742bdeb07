/**
 * What the filter costs on a request, beside another that does the same. These run only with the
 * profile {@code bench}, which alone has the libraries for it.
 */
package dev.helix.bench.filter;
