package dev.helix.bench;

import java.util.Locale;

/** The figures that have a goal, in the order in which they are shown. */
enum Key {
  ADDED_P50_OVER_NGINX(
      "what a durable turn adds to going straight to the upstream (median, not streamed), over"
          + " what nginx adds and one fdatasync"),
  LITELLM_OVER_OURS("LiteLLM's added median over ours, and our requests a second over LiteLLM's"),
  ADDED_P50_OVER_DURABLE(
      "what a durable turn adds to going straight to the upstream (median, not streamed), over what"
          + " a servlet adds that keeps what is said, and no more"),
  TTFT_OVER_DURABLE("what is added to the time to the first token (median), over the same"),
  TTFT_OVER_NGINX(
      "what is added to the time to the first token (median), over what nginx adds and one"
          + " fdatasync"),
  OPEN_STREAMS(
      "streams held at a token a second in a Tomcat as published with a heap of 512 MB, no token"
          + " later than a second"),
  LATE_TOKENS_MS("how late tokens are beside a store that is far away, in milliseconds"),
  CHUNKS_OVER_NGINX("events a second through a stream, over nginx's"),
  TURN_2000_OVER_10("a turn at 2,000 stored messages over one at 10"),
  CPU_STORED_200_OVER_20(
      "processor time of a turn with stored history over 200 conversations in turn, over one over"
          + " 20"),
  CPU_FIRST_MESSAGE_1MB_OVER_200B(
      "processor time of a turn with stored history where the first message has 1 MB, over one"
          + " where it has 200 bytes"),
  DURABLE_TURNS_OVER_FSYNC(
      "durable turns a second at the store over 64 conversations, over forced appends a second of"
          + " one writer"),
  POSTGRES_TURNS_OVER_INSERTS(
      "durable turns a second in PostgreSQL, over those of bare inserts of the same messages, each"
          + " with its commit"),
  POSTGRES_ROUND_TRIPS("how often a turn waits for PostgreSQL, and in how many transactions"),
  RESPONSE_ADDED_P50_OVER_CHAT(
      "what a turn of the Responses API adds to going straight to the upstream (median, not"
          + " streamed), over what a chat turn of the same text adds"),
  RESPONSE_FIRST_TOKEN_OVER_CHAT(
      "what is added to the time to the first token (median), a response's over a chat's"),
  RESPONSE_GET_MS("reading a response in a conversation of 2,000 messages, in milliseconds"),
  RESPONSE_FIRST_READ_KIB(
      "what the server reads to tell a response of a conversation that it has not read since its"
          + " start, in KiB"),
  RESPONSE_HEAP_OVER_CHAT(
      "heap that an open stream of a response takes, over one of a chat of the same text"),
  FILTER_NS("the filter on a request with a warm session, in nanoseconds, and others beside it"),
  LIST_200K_MS("the newest 50 sessions, in milliseconds"),
  OWNER_LIST_200K_MS("an owner's newest 50 of the sessions of 1,000 owners, in milliseconds"),
  START_200K_OVER_EMPTY("a start with 200,000 sessions over a start with none"),
  WAR_MB("the WAR, in millions of bytes"),
  START_OVER_EMPTY_WAR_S("seconds to start in Tomcat 10.1, less those of an empty WAR"),
  IDLE_HEAP_MB("heap in use after the start in Tomcat 10.1, in millions of bytes");

  private final String what;

  Key(String what) {
    this.what = what;
  }

  String what() {
    return what;
  }

  /** As in {@code results.json}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
