package dev.helix.backend.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether a host is on one of the two lists of those that are asked without a proxy. No name is
 * looked up: an address is on a list as an address only. No state.
 */
final class ProxyBypass {
  private static final String OCTET = "(25[0-5]|(2[0-4]|1?[0-9])?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

  private ProxyBypass() {}

  /**
   * Whether a host is in {@code NO_PROXY}, as curl and Go read it: names, with all that is below
   * them, also with a dot or {@code *.} before; addresses and blocks of them; each but a block also
   * with a port; {@code *} for all. What is none of that is passed over.
   *
   * @param host in lower case, an address of IPv6 in brackets
   */
  static boolean isInEnvironment(String host, int port, String list) {
    return Stream.of(list.toLowerCase(Locale.ROOT).split("[,\\s]+", -1))
        .anyMatch(entry -> entry.equals("*") || matches(entry, host, port));
  }

  private static boolean matches(String entry, String host, int port) {
    byte[] address = address(host);
    int slash = entry.indexOf('/');
    if (slash >= 0) {
      byte[] block = address(entry.substring(0, slash));
      return address != null && isInBlock(address, block, entry.substring(slash + 1));
    }
    boolean isAddress = address(entry) != null;
    int colon = isAddress ? -1 : entry.lastIndexOf(':');
    if (colon >= 0 && !entry.substring(colon + 1).equals("" + port)) {
      return false;
    }
    String named = colon >= 0 ? entry.substring(0, colon) : entry;
    if (address != null) {
      return Arrays.equals(address, address(named)) || isBeginOf(host, named);
    }
    String name = withoutDot(named.replaceFirst("^\\*?\\.", ""));
    String asked = withoutDot(host);
    return !name.isEmpty() && (asked.equals(name) || asked.endsWith("." + name));
  }

  /** A form for blocks of addresses that the JDK's list has, and some know here too. */
  private static boolean isBeginOf(String host, String entry) {
    return entry.endsWith(".*") && host.startsWith(entry.substring(0, entry.length() - 1));
  }

  private static String withoutDot(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean isInBlock(byte[] address, byte[] block, String bits) {
    if (block == null || block.length != address.length || !bits.matches("[0-9]{1,3}")) {
      return false;
    }
    int length = Integer.parseInt(bits);
    for (int bit = 0; bit < length && length <= 8 * block.length; bit++) {
      if (((address[bit / 8] ^ block[bit / 8]) & (0x80 >> bit % 8)) != 0) {
        return false;
      }
    }
    return length <= 8 * block.length;
  }

  /** The bytes of an address, in brackets or not; null where it is none, but a name. */
  private static byte[] address(String text) {
    boolean inBrackets = text.startsWith("[") && text.endsWith("]");
    String literal = inBrackets ? text.substring(1, text.length() - 1) : text;
    // A zone says on which wire the address is, and could look like a name.
    String plain = literal.contains(":") ? literal.replaceFirst("%.*$", "") : literal;
    if (!IPV4.matcher(plain).matches() && !plain.matches("[0-9a-f.]*:[0-9a-f.:]*")) {
      return null;
    }
    try {
      return InetAddress.getByName(plain.contains(":") ? "[" + plain + "]" : plain).getAddress();
    } catch (UnknownHostException noAddress) {
      return null;
    }
  }

  /** Whether a host is in {@code http.nonProxyHosts}, as the JDK reads it. */
  static boolean isInProperty(String host, String list) {
    return list != null
        && Stream.of(list.toLowerCase(Locale.ROOT).split("\\|", -1))
            .map(String::strip)
            .anyMatch(entry -> pattern(entry).matcher(host).matches());
  }

  private static Pattern pattern(String entry) {
    String begin = entry.startsWith("*") ? ".*" : "";
    String end = entry.length() > 1 && entry.endsWith("*") ? ".*" : "";
    String between = entry.substring(begin.isEmpty() ? 0 : 1, entry.length() - end.length() / 2);
    return Pattern.compile(begin + Pattern.quote(between) + end);
  }
}
