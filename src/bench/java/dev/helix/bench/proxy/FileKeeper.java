package dev.helix.bench.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Appends the bytes of requests and answers to a file of the conversation, and reads neither. */
final class FileKeeper implements Keeper {
  private final Path folder;

  FileKeeper(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  @Override
  public void question(String conversation, byte[] request) throws IOException {
    append(folder.resolve(conversation), request, false);
  }

  @Override
  public void answer(String conversation, byte[] answer) throws IOException {
    append(folder.resolve(conversation), answer, true);
  }

  private static void append(Path file, byte[] bytes, boolean force) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      channel.write(ByteBuffer.wrap(bytes));
      if (force) {
        channel.force(false);
      }
    }
  }
}
