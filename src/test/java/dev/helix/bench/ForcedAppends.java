package dev.helix.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Appends of so many bytes, each on the disk before its writer goes on: what a disk can do. A
 * second.
 */
final class ForcedAppends {
  private static final int SAMPLES = 200;

  private final Path folder;
  private final byte[] bytes;

  ForcedAppends(Path folder, int size) {
    this.folder = folder;
    this.bytes = new byte[size];
  }

  /** How long it takes to append one KiB to a file in that folder and force it, some times. */
  static Sample one(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "forced", ".bin");
    Sample sample = new Sample();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      ByteBuffer block = ByteBuffer.allocateDirect(1024);
      for (int i = 0; i < SAMPLES; i++) {
        long start = System.nanoTime();
        channel.write(block.clear());
        channel.force(false);
        sample.add(System.nanoTime() - start);
      }
    } finally {
      Files.delete(file);
    }
    return sample;
  }

  /** One writer, one file, each append forced by itself. */
  double byOneWriter(int times) throws IOException {
    try (FileChannel file = empty("one-writer")) {
      return Threads.perSecond(
          1,
          times,
          (thread, n) -> {
            file.write(ByteBuffer.wrap(bytes), (long) n * bytes.length);
            file.force(false);
          });
    }
  }

  /** A file for each writer, opened for each use as the store does. */
  double toOwnFiles(int writers, int times) throws IOException {
    for (int i = 0; i < writers; i++) {
      empty("own-" + i).close();
    }
    return Threads.perSecond(
        writers,
        times,
        (thread, n) -> {
          Path file = folder.resolve("own-" + thread);
          append(file, n);
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(false);
          }
        });
  }

  private void append(Path file, int n) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek((long) n * bytes.length);
      out.write(bytes);
    }
  }

  /**
   * A file for each writer that is not forced, and one for all that is: a journal, in which the
   * appends that wait are written and forced together. What it would cost to force the others later
   * is not counted.
   */
  double together(int writers, int times) throws IOException {
    for (int i = 0; i < writers; i++) {
      empty("own-" + i).close();
    }
    try (FileChannel file = empty("together")) {
      Journal journal = new Journal(file);
      return Threads.perSecond(
          writers,
          times,
          (thread, n) -> {
            append(folder.resolve("own-" + thread), n);
            journal.add(bytes);
          });
    }
  }

  private FileChannel empty(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Whoever comes when nobody writes, writes for all who wait. Thread-safe. */
  private static final class Journal {
    private final FileChannel file;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private long added;
    private long forced;
    private boolean busy;

    Journal(FileChannel file) {
      this.file = file;
    }

    void add(byte[] entry) throws IOException, InterruptedException {
      long mine;
      synchronized (this) {
        waiting.writeBytes(entry);
        mine = ++added;
      }
      while (true) {
        byte[] batch;
        long last;
        synchronized (this) {
          while (busy && forced < mine) {
            wait();
          }
          if (forced >= mine) {
            return;
          }
          busy = true;
          batch = waiting.toByteArray();
          waiting.reset();
          last = added;
        }
        file.write(ByteBuffer.wrap(batch), file.size());
        file.force(false);
        synchronized (this) {
          forced = last;
          busy = false;
          notifyAll();
        }
      }
    }
  }
}
