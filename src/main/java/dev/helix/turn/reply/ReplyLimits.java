package dev.helix.turn.reply;

/**
 * How much of a reply is kept for the record. Immutable.
 *
 * @param bytes how much of all of it
 * @param dataUrl how many characters of the data of one data URL; of a longer one only length and
 *     digest are kept
 */
public record ReplyLimits(long bytes, long dataUrl) {}
