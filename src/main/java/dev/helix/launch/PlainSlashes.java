package dev.helix.launch;

import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Makes one slash of several in a path, and plain ones of those that are encoded in a model's name,
 * before anything is mapped by it: filters and servlets see the same path. An encoded slash
 * anywhere else is refused, as Jetty maps filters and servlets differently by it. Thread-safe.
 */
final class PlainSlashes extends Handler.Wrapper {
  private static final Pattern SEVERAL = Pattern.compile("/{2,}");
  private static final Pattern ENCODED = Pattern.compile("%2[Ff]");

  /** What may stand before the first encoded one. */
  private static final Pattern MODEL = Pattern.compile("[^%]*/models/[^%]*");

  private static final Pattern DOTS = Pattern.compile(".*/\\.{1,2}(/.*)?");

  PlainSlashes(Handler behind) {
    super(behind);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = request.getHttpURI().getPath();
    if (path == null || !(path.contains("//") || path.indexOf('%') >= 0)) {
      return super.handle(request, response, callback);
    }
    String plain = SEVERAL.matcher(path).replaceAll("/");
    if (ENCODED.matcher(plain).find()) {
      boolean model = MODEL.matcher(plain.substring(0, plain.indexOf('%'))).matches();
      plain = SEVERAL.matcher(ENCODED.matcher(plain).replaceAll("/")).replaceAll("/");
      if (!model || DOTS.matcher(plain).matches()) {
        Response.writeError(request, response, callback, HttpStatus.BAD_REQUEST_400);
        return true;
      }
    }
    HttpURI uri = HttpURI.build(request.getHttpURI()).path(plain).asImmutable();
    return super.handle(Request.serveAs(request, uri), response, callback);
  }
}
