//! What this process is to the program: its first, its next, or one of its workers. It must not
//! know what follows from it.

use std::{env, fmt};

/// What a process is to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Started by somebody else, such as a shell or systemd.
    First,
    /// Started by the one that it is to follow.
    Next,
    /// Started by its supervisor; the number among the workers.
    Worker(usize),
}

/// The name under which the line to whoever has started a process is passed.
pub(crate) const LINE_NAME: &str = "gustnado-line";

impl Role {
    pub(super) const VARIABLE: &str = "GUSTNADO_ROLE";

    /// The role of a process that was passed a line; others have found the variable lying about.
    pub(super) fn with_line() -> Self {
        let said = env::var(Self::VARIABLE).unwrap_or_default();
        Self::read(&said).unwrap_or(Self::First)
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            None if text == "next" => Some(Self::Next),
            Some(("worker", index)) => index.parse().ok().map(Self::Worker),
            _ => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::Next => f.write_str("next"),
            Self::Worker(index) => write!(f, "worker {index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in [Role::Next, Role::Worker(0), Role::Worker(17)] {
            assert_eq!(Role::read(&role.to_string()), Some(role));
        }
        for text in ["", "worker", "worker ", "worker -1", "worker 1 2", "nextnext"] {
            assert_eq!(Role::read(text), None, "{text:?}");
        }
    }
}
