/**
 * Internal: WebSockets whose frames are answered one after the other, each as a turn. {@link
 * dev.helix.openai.socket.Sockets} needs no server to have Jakarta WebSocket; what names its
 * classes is loaded with the first WebSocket.
 */
package dev.helix.openai.socket;
