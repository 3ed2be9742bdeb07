package dev.helix.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What counts as this machine in addresses and host names. Never asks a name server. No state. */
final class Loopback {
  private static final Pattern IPV4 = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
  private static final Pattern WITH_PORT = Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]*)(:\\d*)?");
  private static final Pattern FORWARDED_FOR =
      Pattern.compile("(?:^|;)\\s*for\\s*=\\s*(\"[^\"]*\"|[^;]*)", Pattern.CASE_INSENSITIVE);

  private Loopback() {}

  /** Whether a caller's address, with or without brackets and a port, is a loopback one. */
  static boolean isAddress(String address) {
    return address != null && (isLiteral(address) || isLiteral(withoutPort(address)));
  }

  /** Whether a {@code Host} value names this machine: an address as above or {@code localhost}. */
  static boolean isHost(String host) {
    String name = withoutPort(host.strip()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    return name.equals("localhost") || name.endsWith(".localhost") || isAddress(name);
  }

  /** The callers in one element of {@code Forwarded} (RFC 7239). */
  static Stream<String> forwardedFor(String element) {
    Matcher matcher = FORWARDED_FOR.matcher(element);
    return matcher.results().map(result -> result.group(1).replace("\"", "").strip());
  }

  /** The host of {@code host:port}; what is neither that nor a host is left as it is. */
  private static String withoutPort(String text) {
    Matcher matcher = WITH_PORT.matcher(text);
    return matcher.matches() ? matcher.group(1) : text;
  }

  private static boolean isLiteral(String text) {
    if (IPV4.matcher(text).matches()) {
      return true;
    }
    String inner =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    if (inner.indexOf(':') < 0) {
      return false;
    }
    try {
      // In brackets it is an address or an error. Without them the JDK looks up what is neither.
      return InetAddress.getByName("[" + inner + "]").isLoopbackAddress();
    } catch (UnknownHostException notAnAddress) {
      return false;
    }
  }
}
