/**
 * The commands for an operator at a terminal: {@link dev.helix.operator.Operator}.
 *
 * <p>Internal: not for other applications.
 */
package dev.helix.operator;
