package dev.helix.transcript.tree;

import dev.helix.message.Message;
import java.util.List;

/**
 * Where a request's messages belong. Immutable.
 *
 * @param elements those that are new, ready to be appended
 * @param parentId the message that the answers hang under; null where they begin the transcript
 * @param answerId the id that the first answer is to have, or null
 * @param continued the id of the answer that is continued, or null
 * @param begun the text of that answer as the client has it, or null
 */
public record Placement(
    List<Message> elements, String parentId, String answerId, String continued, String begun) {}
