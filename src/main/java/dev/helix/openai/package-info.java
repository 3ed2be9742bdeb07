/**
 * Values of the OpenAI wire format: what is sent and received, with no behaviour beyond reading and
 * writing it.
 */
package dev.helix.openai;
