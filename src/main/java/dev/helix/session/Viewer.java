package dev.helix.session;

import java.util.Objects;

/**
 * Who looks at sessions through {@link Sessions}, and how far they see. Immutable.
 *
 * @param owner who they are; what is this owner's is theirs
 * @param role how far they see beyond that
 * @param from where they are, such as an address, for the audit log; may be anything
 */
public record Viewer(Owner owner, Role role, String from) {
  /** How far somebody sees. */
  public enum Role {
    /** What is theirs. */
    OWNER,
    /** Everybody's sessions. */
    OPERATOR,
    /** Everybody's sessions, but of those that are not theirs nothing that a person wrote. */
    OPERATOR_WITHOUT_TEXTS
  }

  public Viewer {
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(from, "from");
  }

  /** Somebody who sees what is theirs. */
  public static Viewer owner(Owner owner, String from) {
    return new Viewer(owner, Role.OWNER, from);
  }

  /** Somebody who sees everybody's sessions. */
  public static Viewer operator(Owner owner, String from, boolean readsTexts) {
    return new Viewer(owner, readsTexts ? Role.OPERATOR : Role.OPERATOR_WITHOUT_TEXTS, from);
  }

  /** Whether everybody's sessions are seen. */
  public boolean isOperator() {
    return role != Role.OWNER;
  }

  /** Whether a session of this owner's is seen. */
  public boolean sees(Owner its) {
    return isOperator() || owner.equals(its);
  }

  /** Whether the texts of a session of this owner's are seen. */
  public boolean readsTextsOf(Owner its) {
    return owner.equals(its) || role == Role.OPERATOR;
  }
}
