package dev.helix.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for bytes eight at a time: a resent history is megabytes in which hardly any counts. */
final class Bytes {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Bytes() {}

  /** Where the first of two bytes is, or the end. */
  static int indexOf(byte one, byte other, byte[] bytes, int from, int end) {
    long ones = ONES * (one & 0xFF);
    long others = ONES * (other & 0xFF);
    int i = from;
    while (i + 8 <= end) {
      long eight = (long) EIGHT.get(bytes, i);
      if ((zeros(eight ^ ones) | zeros(eight ^ others)) != 0) {
        break;
      }
      i += 8;
    }
    while (i < end && bytes[i] != one && bytes[i] != other) {
      i++;
    }
    return i;
  }

  /** Not 0 if one of the eight bytes is 0. */
  private static long zeros(long eight) {
    return (eight - ONES) & ~eight & HIGH_BITS;
  }
}
