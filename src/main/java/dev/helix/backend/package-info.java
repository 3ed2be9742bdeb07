/**
 * Who answers: the small interface behind which a language model stands, the OpenAI-compatible
 * upstream over HTTP, and the demo that needs none.
 */
package dev.helix.backend;
