package dev.helix.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for bytes eight at a time: in a resent history or a stream of events few count. */
public final class ByteSearch {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private ByteSearch() {}

  /** Where one of two bytes is first between the two indexes, or the end. */
  public static int indexOf(byte one, byte other, byte[] bytes, int from, int end) {
    long ones = ONES * (one & 0xFF);
    long others = ONES * (other & 0xFF);
    int i = from;
    while (i + 8 <= end) {
      long eight = (long) EIGHT.get(bytes, i);
      long found = zeros(eight ^ ones) | zeros(eight ^ others);
      if (found != 0) {
        return i + Long.numberOfTrailingZeros(found) / 8;
      }
      i += 8;
    }
    while (i < end && bytes[i] != one && bytes[i] != other) {
      i++;
    }
    return i;
  }

  /** The high bit of the lowest of the eight bytes that is 0, and perhaps of higher ones. */
  private static long zeros(long eight) {
    return (eight - ONES) & ~eight & HIGH_BITS;
  }
}
