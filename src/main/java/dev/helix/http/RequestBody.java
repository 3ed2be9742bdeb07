package dev.helix.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * The body of one request in memory, within a limit for the request and a {@link BodyBudget} for
 * all requests together. Whoever gets one from {@link #read} closes it at the end of the request,
 * also of an asynchronous one; then its bytes are gone. Thread-safe.
 *
 * <p>A body that came with {@code Content-Encoding: gzip} is unpacked by {@link #read}, within the
 * same limit. Until then its bytes are those that came.
 */
public final class RequestBody implements AutoCloseable {
  /** A caller that announces a large body and sends nothing holds no more than this. */
  private static final int FIRST_STEP = BodyRoom.SMALL;

  /** The attribute that says how long an incomplete body is at least: not worth reading twice. */
  private static final String AT_LEAST = RequestBody.class.getName() + ".atLeast";

  private static final int LARGEST = Integer.MAX_VALUE - 16;

  private final int limit;
  private final boolean complete;
  private final BodyRoom room;
  private ContentCoding coding;
  private volatile int length;
  private byte[] bytes;
  private boolean taken;

  /** How many bytes are held besides the body's own. */
  private long beside;

  /** The bytes without their encoding, where somebody has looked at them and not taken them. */
  private byte[] unpacked;

  /** The bytes after {@link #close()}, as long as nothing else needs the memory. */
  private SoftReference<byte[]> kept;

  private RequestBody(HttpServletRequest request, int most, BodyBudget budget) throws IOException {
    this.room = new BodyRoom(budget, BodyHolder.of(request));
    this.limit = most;
    this.coding = ContentCoding.of(request);
    try (InputStream in = new PacedInput(request, budget, room)) {
      bytes = readBytes(in, request.getContentLengthLong(), most, 0);
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
    length = bytes.length;
    room.hold(length, 0);
    complete = length <= most;
  }

  /** A body that has come whole, whose bytes this room counts already. */
  RequestBody(BodyRoom room, byte[] whole) {
    this.room = room;
    this.limit = whole.length;
    this.coding = ContentCoding.IDENTITY;
    this.bytes = whole;
    this.length = whole.length;
    this.complete = true;
  }

  /** Whether a request's body is JSON by its {@code Content-Type}. */
  public static boolean isJson(HttpServletRequest request) {
    // Jetty's getContentType throws where it does not know the charset.
    String type = request.getHeader("Content-Type");
    String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return media.equals("application/json")
        || (media.startsWith("application/") && media.endsWith("+json"));
  }

  /**
   * Reads a request's body to its end, or takes over the one that a filter has read already, and
   * unpacks it. Blocks until the body is there.
   *
   * @param limit the most bytes that one body may have, packed and unpacked
   * @param budget where the bytes are counted while they are held
   * @throws RequestBodyException if the body is over the limit, in an encoding that is not read, no
   *     whole gzip, or comes too slowly. A declared {@code Content-Length} over the limit is
   *     refused without reading
   * @throws BodyBudgetException if the budget has no room for it. What is still to come of it is
   *     {@link RefusedBody}'s
   * @throws IOException if the body cannot be read, such as when the caller has left
   */
  public static RequestBody read(HttpServletRequest request, long limit, BodyBudget budget)
      throws IOException {
    if (request.getAttribute(RequestBody.class.getName()) instanceof RequestBody buffered) {
      return buffered.take(limit);
    }
    boolean knownLonger = request.getAttribute(AT_LEAST) instanceof Integer least && least > limit;
    if (knownLonger || request.getContentLengthLong() > limit) {
      throw RequestBodyException.tooLarge(limit);
    }
    if (ContentCoding.of(request) == ContentCoding.OTHER) {
      throw RequestBodyException.unknownCoding();
    }
    RequestBody body = readUpTo(request, limit, budget);
    try {
      return body.take(limit);
    } catch (RuntimeException | Error e) {
      body.close();
      throw e;
    }
  }

  /**
   * As {@link #read}, but a body over the limit gives its first {@code limit + 1} bytes, and is not
   * {@linkplain #complete complete}.
   */
  public static RequestBody readUpTo(HttpServletRequest request, long limit, BodyBudget budget)
      throws IOException {
    return new RequestBody(request, (int) Math.min(limit, LARGEST), budget);
  }

  /**
   * The declared length is a hint, or negative: a filter may have decompressed the body.
   *
   * @param held how many bytes are held besides these
   */
  private byte[] readBytes(InputStream in, long declared, int most, int held) throws IOException {
    int capacity = (int) Math.min(declared < 0 ? FIRST_STEP : declared, Math.min(FIRST_STEP, most));
    room.hold(held + (long) capacity, 0);
    byte[] read = new byte[capacity];
    int size = in.readNBytes(read, 0, capacity);
    while (size == read.length && size <= most) {
      // One byte tells whether there is more before room is made for it.
      int next = in.read();
      if (next < 0) {
        break;
      }
      capacity = nextCapacity(size, declared, most);
      room.hold(held + (long) Math.min(capacity, most), size);
      read = Arrays.copyOf(read, capacity);
      room.hold(held + (long) Math.min(capacity, most), 0);
      read[size++] = (byte) next;
      size += in.readNBytes(read, size, capacity - size);
    }
    if (size < read.length) {
      room.hold(held + (long) read.length, size);
      read = Arrays.copyOf(read, size);
    }
    return read;
  }

  private static int nextCapacity(int size, long declared, int limit) {
    if (size == limit) {
      return size + 1;
    }
    long doubled = Math.max(2L * size, FIRST_STEP);
    long wanted = declared > size ? Math.min(doubled, declared) : doubled;
    return (int) Math.min(wanted, limit);
  }

  /**
   * The body without its encoding, for a look at it before anybody takes it; empty where it is not
   * complete, or cannot be had within the limit. Not a copy: it must not be changed.
   *
   * @throws BodyBudgetException if the budget has no room for it; then this is closed
   * @throws IllegalStateException after {@link #close()}
   */
  public synchronized byte[] content() {
    if (coding == ContentCoding.IDENTITY) {
      return complete ? bytes() : new byte[0];
    }
    if (unpacked == null) {
      try {
        unpacked = unpack();
      } catch (BodyBudgetException e) {
        close();
        throw e;
      } catch (RequestBodyException e) {
        room.hold(bytes().length, 0);
        unpacked = new byte[0];
      }
    }
    return unpacked;
  }

  /** The bytes without their encoding; they are held besides those that came. */
  private byte[] unpack() {
    byte[] packed = bytes();
    if (!complete) {
      throw RequestBodyException.tooLarge(limit);
    }
    if (coding == ContentCoding.OTHER) {
      throw RequestBodyException.unknownCoding();
    }
    byte[] whole;
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      whole = readBytes(in, -1, limit, packed.length);
    } catch (IOException e) {
      throw RequestBodyException.noWholeGzip();
    }
    if (whole.length > limit) {
      throw RequestBodyException.tooLarge(limit);
    }
    room.hold((long) packed.length + whole.length, 0);
    return whole;
  }

  /**
   * The {@link #length()} bytes of the body. Not a copy: they must not be changed.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  public synchronized byte[] bytes() {
    if (bytes == null) {
      throw new IllegalStateException("the request body was given back");
    }
    return bytes;
  }

  /**
   * Counts what is made of the body while it is read as JSON and its question is stored, until
   * {@link #rest()}: strings, copies and what the store writes. Does nothing after {@link
   * #close()}.
   *
   * @throws BodyBudgetException if the budget has no room for it
   */
  public synchronized void work() {
    hold((BodyBudget.WORK - 1) * size());
  }

  /** Counts what is made of the body no longer. Does nothing after {@link #close()}. */
  public synchronized void rest() {
    hold(0);
  }

  /**
   * Counts bytes that are about to be sent with the body, twice, as they are held while they are
   * put together, until {@link #countWith}. Does nothing after {@link #close()}.
   *
   * @throws BodyBudgetException if the budget has no room for it
   */
  public synchronized void countAhead(long more) {
    hold((BodyBudget.WORK - 1) * size() + 2 * more);
  }

  /**
   * Counts an array against the budget too, until {@link #close()}, unless it is the one of {@link
   * #bytes()}. Does nothing after {@link #close()}.
   *
   * @throws BodyBudgetException if the budget has no room for it
   */
  public synchronized void countWith(byte[] other) {
    if (bytes != null && other != bytes) {
      long before = beside;
      beside = other.length;
      try {
        hold(0);
      } catch (BodyBudgetException e) {
        beside = before;
        throw e;
      }
    }
  }

  private void hold(long extra) {
    if (bytes != null) {
      room.hold(size() + beside, extra);
    }
  }

  private long size() {
    return unpacked == null ? length : (long) length + unpacked.length;
  }

  /** The number of {@link #bytes()}, also after {@link #close()}. */
  public int length() {
    return length;
  }

  /** Makes this known to {@link #read} behind the filter. */
  void announce(HttpServletRequest request) {
    if (complete) {
      request.setAttribute(RequestBody.class.getName(), this);
    } else {
      request.setAttribute(AT_LEAST, length);
    }
  }

  /** Whether these are all bytes of the body; false where it was over the limit. */
  public boolean complete() {
    return complete;
  }

  private synchronized RequestBody take(long most) {
    if (!complete || length > most) {
      throw RequestBodyException.tooLarge(most);
    }
    if (coding != ContentCoding.IDENTITY) {
      // Empty is what could not be unpacked: it is said why.
      byte[] whole = unpacked == null || unpacked.length == 0 ? unpack() : unpacked;
      if (whole.length > most) {
        throw RequestBodyException.tooLarge(most);
      }
      bytes = whole;
      length = whole.length;
      unpacked = null;
      coding = ContentCoding.IDENTITY;
      room.hold(length, 0);
    }
    byte[] unused = bytes();
    taken = true;
    return this;
  }

  /** Lets {@link #reopen} have the bytes after {@link #close()}, while there is memory for them. */
  synchronized void keepSoftly() {
    kept = taken || bytes == null ? null : new SoftReference<>(bytes);
  }

  /** Opens this again after {@link #close()}; says whether the bytes are there. */
  synchronized boolean reopen() {
    if (bytes != null) {
      return true;
    }
    byte[] still = kept == null ? null : kept.get();
    if (still == null) {
      return false;
    }
    try {
      room.hold(still.length, 0);
    } catch (BodyBudgetException e) {
      return false;
    }
    bytes = still;
    return true;
  }

  /** Closes this unless somebody took it over by {@link #read} and will. */
  synchronized void closeUnlessTaken() {
    if (!taken) {
      close();
    }
  }

  /** Gives the memory back to the budget. Closing it again does nothing. */
  @Override
  public synchronized void close() {
    bytes = null;
    unpacked = null;
    room.giveBack();
  }
}
