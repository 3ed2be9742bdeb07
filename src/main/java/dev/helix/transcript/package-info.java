/** What was said in a session. Entry type: {@link dev.helix.transcript.Transcript}. */
package dev.helix.transcript;
