package dev.helix.access;

import dev.helix.http.ApiError;
import dev.helix.http.HeaderValues;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.Placeholder;
import dev.helix.session.Owner;
import dev.helix.session.Viewer;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds the owner of a request by its key, its user's token, its headers and the container's
 * principal. Thread-safe. Source: specification section 1.
 */
public final class Callers {
  private static final String AUTHORIZATION = "Authorization";

  /** Where clients of Azure's OpenAI put a key, and those of Anthropic's API. */
  private static final List<String> KEY_HEADERS = List.of("api-key", "x-api-key");

  private static final String TOKEN = "X-OpenWebUI-User-Jwt";
  private static final String USER_ID = "X-OpenWebUI-User-Id";
  private static final Pattern MODELS = Pattern.compile("(/v1)?/models(/.*)?");

  private static final int LONGEST_NAME = 512;

  private final KeysFile keys;
  private final UserTokens tokens;
  private final boolean trustUserHeaders;
  private final String operatorRole;
  private final boolean operatorReadsTexts;

  /** What is asked of callers; {@link BrokenKeysException} if a keys file cannot be used. */
  Callers(AuthenticationSettings settings, Clock clock) {
    keys = settings.keysFile() == null ? null : new KeysFile(settings.keysFile(), clock);
    tokens =
        settings.jwtSecret() == null
            ? null
            : new UserTokens(settings.jwtSecret(), settings.jwtLeeway(), clock);
    trustUserHeaders = settings.trustUserHeaders();
    operatorRole = settings.operatorRole();
    operatorReadsTexts = settings.operatorReadsTexts();
  }

  /** Whether nobody is let in without a key. */
  boolean needKeys() {
    return keys != null;
  }

  /**
   * Whether a request that {@link #viewer} refused with this error tried something, as one without
   * a key does not.
   */
  boolean isGuess(HttpServletRequest request, String code) {
    return code.equals("invalid_user_token")
        || (code.equals("invalid_api_key")
            && (request.getHeader(AUTHORIZATION) != null
                || KEY_HEADERS.stream().anyMatch(name -> request.getHeader(name) != null)));
  }

  /** For whom a request speaks, and how far they see. May read the keys file. */
  Viewer viewer(HttpServletRequest request) throws InvalidRequestException {
    return viewer(request, true);
  }

  /**
   * For whom a frame of a WebSocket speaks, who sees what is their own there: a frame has what was
   * said when the WebSocket was opened, and no server that knows roles. May read the keys file.
   */
  Viewer viewerOfFrame(HttpServletRequest frame) throws InvalidRequestException {
    return viewer(frame, false);
  }

  private Viewer viewer(HttpServletRequest request, boolean mayBeOperator)
      throws InvalidRequestException {
    ApiKey key = keys == null ? null : key(request);
    boolean alone = key != null && (key.service() || key.operator());
    String user = tokens == null ? null : userOfToken(request, alone);
    if (user == null && trustUserHeaders) {
      user = userOfHeader(request);
    }
    String principal = principal(request);
    Owner owner =
        key == null
            ? new Owner(principal, user)
            : new Owner(key.tenant(), user != null ? user : principal);
    String from = String.valueOf(request.getRemoteAddr());
    // Whoever lets others speak through them is no operator for those.
    return mayBeOperator && user == null && isOperator(request, key, owner)
        ? Viewer.operator(owner, from, operatorReadsTexts)
        : Viewer.owner(owner, from);
  }

  private boolean isOperator(HttpServletRequest request, ApiKey key, Owner owner) {
    if ((key != null && key.operator())
        || (operatorRole != null && request.isUserInRole(operatorRole))) {
      return true;
    }
    // Where nobody is asked who they are, whoever is on this machine.
    boolean asksNobody = keys == null && tokens == null && !trustUserHeaders;
    return asksNobody && owner.isAnonymous() && LoopbackFilter.isLocal(request);
  }

  /** The key in one of several headers. Those of them with a valid one must have the same. */
  private ApiKey key(HttpServletRequest request) throws InvalidRequestException {
    String value = only(request, AUTHORIZATION);
    boolean bearer = value.regionMatches(true, 0, "Bearer ", 0, 7);
    // No key costs what a wrong key costs.
    ApiKey key = keys.find(ApiKey.hash(bearer ? value.substring(7).strip() : ""));
    boolean two = false;
    for (String name : KEY_HEADERS) {
      String other = only(request, name).strip();
      ApiKey found = other.isEmpty() ? null : keys.find(ApiKey.hash(other));
      two |= key != null && found != null && !found.equals(key);
      key = found != null ? found : key;
    }
    if (key == null || two) {
      throw unproven(
          "invalid_api_key",
          "A valid API key is needed: send it as \"Authorization: Bearer KEY\", \"api-key: KEY\" or"
              + " \"x-api-key: KEY\", once.");
    }
    return key;
  }

  /** The value of a header, or "" where it was given more or less than once. */
  private static String only(HttpServletRequest request, String header) {
    List<String> values = Collections.list(request.getHeaders(header));
    return values.size() == 1 ? values.get(0) : "";
  }

  private String userOfToken(HttpServletRequest request, boolean service)
      throws InvalidRequestException {
    List<String> values = HeaderValues.of(request, TOKEN);
    if (values.isEmpty()) {
      if (service || asksForModels(request)) {
        return null;
      }
      throw unproven(
          "user_token_required", "A user's token is needed in the header " + TOKEN + ".");
    }
    if (values.size() == 1) {
      String user = tokens.user(values.get(0)).orElse(null);
      if (user != null) {
        return user;
      }
    }
    throw unproven("invalid_user_token", "The token in the header " + TOKEN + " is not valid.");
  }

  /** Whether a request only reads models, by its path below the context path. */
  private static boolean asksForModels(HttpServletRequest request) {
    String info = request.getPathInfo();
    String path = (request.getServletPath() + (info == null ? "" : info)).replaceAll("/{2,}", "/");
    return (request.getMethod().equals("GET") || request.getMethod().equals("HEAD"))
        && MODELS.matcher(path).matches()
        && !path.contains("..");
  }

  private static String userOfHeader(HttpServletRequest request) throws InvalidRequestException {
    List<String> values = HeaderValues.of(request, USER_ID);
    if (values.isEmpty()) {
      return null;
    }
    String user = HeaderValues.decode(values.get(0));
    if (values.size() > 1 || !isName(user) || Placeholder.is(user)) {
      throw new InvalidRequestException(
          "invalid_user_id",
          USER_ID,
          "The header "
              + USER_ID
              + " was given more than once, is longer than 512 characters, has control characters"
              + " or is a template that was not filled in.");
    }
    return user;
  }

  private static InvalidRequestException unproven(String code, String message) {
    return new InvalidRequestException(
        new ApiError(401, message, "invalid_request_error", null, code));
  }

  /** Whether a user's name is 1 to 512 code points, which are no control characters or halves. */
  static boolean isName(String user) {
    return !user.isEmpty()
        && user.codePointCount(0, user.length()) <= LONGEST_NAME
        && user.codePoints()
            .noneMatch(
                c ->
                    Character.isISOControl(c)
                        || (Character.isBmpCodePoint(c) && Character.isSurrogate((char) c)));
  }

  /** The name of the container's principal; null where there is none, or an empty one. */
  public static String principal(HttpServletRequest request) {
    Principal principal = request.getUserPrincipal();
    String name = principal == null ? null : principal.getName();
    return name == null || name.isEmpty() ? null : name;
  }
}
