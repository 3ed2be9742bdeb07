/** Internal: what the endpoints of OpenAI's API have in common. */
package dev.helix.openai;
