package dev.helix.bench;

import dev.helix.appserver.ServerProcess;
import dev.helix.scripted.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * nginx before the upstream, as Debian packages it: buffering off, connections to the upstream
 * kept, no access log, one process for each processor.
 */
final class Nginx implements AutoCloseable {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/sbin/nginx"), Path.of("/usr/bin/nginx"), Path.of("/usr/local/bin/nginx"));

  private final ServerProcess process;
  private final URI url;

  private Nginx(ServerProcess process, URI url) {
    this.process = process;
    this.url = url;
  }

  /** Where the program is; empty where the machine has none. */
  static Optional<Path> program() {
    return PLACES.stream().filter(Files::isExecutable).findFirst();
  }

  /** Starts it in a folder of its own; it answers requests on return. */
  static Nginx start(Path program, Path folder, URI upstream) throws IOException {
    Files.createDirectories(folder);
    int port = Ports.free();
    String places =
        List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi").stream()
            .map(name -> name + "_temp_path " + folder.resolve(name) + "; ")
            .reduce("", String::concat);
    Path configuration =
        Files.writeString(
            folder.resolve("nginx.conf"),
            """
            daemon off;
            pid %1$s/nginx.pid;
            error_log %1$s/error.log warn;
            worker_processes auto;
            worker_rlimit_nofile 20000;
            events { worker_connections 10000; }
            http {
              %4$s
              access_log off;
              upstream model { server %3$s; keepalive 256; keepalive_requests 1000000; }
              server {
                listen 127.0.0.1:%2$d backlog=4096;
                keepalive_requests 1000000;
                client_body_buffer_size 1m;
                location / {
                  proxy_pass http://model;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_buffering off;
                  proxy_read_timeout 300s;
                }
              }
            }
            """
                .formatted(folder, port, upstream.getAuthority(), places));
    ServerProcess process =
        ServerProcess.start(
            folder,
            Map.of(),
            List.of(
                program.toString(),
                "-p",
                folder.toString(),
                "-e",
                folder.resolve("error.log").toString(),
                "-c",
                configuration.toString()));
    URI url = URI.create("http://127.0.0.1:" + port);
    Answering.await(url, "/", process);
    return new Nginx(process, url);
  }

  URI url() {
    return url;
  }

  @Override
  public void close() {
    process.close();
  }
}
