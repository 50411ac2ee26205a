//! What this process is to the program: its first, its next, or one of its workers. It must not
//! know what follows from it.

use std::fmt;

use crate::server::listen::passed_line;

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

impl Role {
    /// The role of this process, once the sockets were looked at.
    pub(crate) fn own() -> Self {
        let name = passed_line().map(|(name, _)| name);
        name.and_then(Self::read).unwrap_or(Self::First)
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_once('.') {
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
            Self::Worker(index) => write!(f, "worker.{index}"),
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
        for text in [
            "",
            "worker",
            "worker.",
            "worker.-1",
            "worker.1.2",
            "nextnext",
        ] {
            assert_eq!(Role::read(text), None, "{text:?}");
        }
    }
}
