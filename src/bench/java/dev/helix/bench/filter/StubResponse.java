package dev.helix.bench.filter;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer that keeps its headers and takes nothing else. For one request, and not thread-safe.
 */
final class StubResponse extends HttpServletResponseWrapper {
  private static final HttpServletResponse NOTHING = StubRequest.nothing(HttpServletResponse.class);

  private final List<String> headers = new ArrayList<>();

  StubResponse() {
    super(NOTHING);
  }

  @Override
  public void setHeader(String name, String value) {
    for (int i = 0; i < headers.size(); i += 2) {
      if (headers.get(i).equalsIgnoreCase(name)) {
        headers.set(i + 1, value);
        return;
      }
    }
    addHeader(name, value);
  }

  @Override
  public void addHeader(String name, String value) {
    headers.add(name);
    headers.add(value);
  }

  @Override
  public int getStatus() {
    return SC_OK;
  }

  @Override
  public boolean isCommitted() {
    return false;
  }
}
