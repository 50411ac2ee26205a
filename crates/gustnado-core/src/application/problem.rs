//! What can be wrong with an application, in words that name the culprit. It must not know how it
//! is found.

use std::{fmt, panic::Location};

use crate::{environment::Settings, route::PatternError};

/// A place in a source.
pub(super) type At = &'static Location<'static>;

/// Everything that is wrong with an application.
///
/// Its `Display` and its `Debug` are the same list, one mistake a line, so that `main` may return
/// it as it is.
pub struct BuildError {
    problems: Vec<BuildProblem>,
}

/// One thing that is wrong with an application.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildProblem {
    /// The template of a handler or the prefix of a mount cannot be read.
    BadPattern {
        /// The handler, or `mount`.
        name: String,
        /// The template as written.
        template: String,
        /// What is wrong with it.
        error: PatternError,
        /// Where the handler or the mount is written.
        at: At,
    },
    /// Two handlers or mounts answer the same paths.
    Clash {
        /// The later one.
        name: String,
        /// Its template.
        template: String,
        /// The template of the earlier one.
        with: String,
        /// The earlier one, and where it is written.
        other: Option<(String, At)>,
        /// Where the later one is written.
        at: At,
    },
    /// A field is a path value, but the route it is mounted at has no such name.
    NotInRoute {
        /// The handler.
        handler: &'static str,
        /// The field.
        input: String,
        /// The template.
        template: String,
        /// Where the field is written.
        at: At,
    },
    /// An input needs shared state that nobody gave.
    MissingState {
        /// The handler.
        handler: &'static str,
        /// The field or argument; of a group's, with the group's name and a dot before it.
        input: String,
        /// The types of the inputs that lead from there to the one that needs it. Empty where it
        /// is the field or argument itself.
        through: Vec<&'static str>,
        /// The type of the state.
        type_name: &'static str,
        /// Where the input is written.
        at: At,
    },
    /// State of one type was given twice.
    StateTwice {
        /// The type.
        type_name: &'static str,
        /// Where it was given again.
        at: At,
    },
    /// An option of an input is of no use: a default that is not a value of it, or a pattern that
    /// cannot be read.
    BadOption {
        /// The handler.
        handler: &'static str,
        /// The field or argument; of a group's, with the group's name and a dot before it.
        input: String,
        /// Which one, and what is wrong with it.
        problem: String,
        /// Where the input is written.
        at: At,
    },
    /// A handler cannot be a fallback.
    Fallback {
        /// The handler.
        handler: &'static str,
        /// Why it cannot.
        problem: String,
        /// Where the handler is written.
        at: At,
    },
    /// A group cannot work as it is.
    Group {
        /// Its prefix.
        prefix: String,
        /// What is wrong.
        problem: String,
        /// Where it was made, or what is wrong was said.
        at: At,
    },
    /// What is to be trusted is no network.
    Trust {
        /// The network as written.
        network: String,
        /// What is wrong with it.
        problem: String,
        /// Where it is to be trusted.
        at: At,
    },
    /// A mount says that it cannot work.
    Mount {
        /// Its prefix.
        prefix: String,
        /// What it says.
        problem: String,
        /// Where it was mounted.
        at: At,
    },
    /// A variable of the environment sets nothing.
    Setting {
        /// Its name.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl BuildProblem {
    pub(super) fn of_settings(settings: &Settings) -> Vec<Self> {
        let problems = settings.problems.iter().cloned();
        problems
            .map(|(name, problem)| Self::Setting { name, problem })
            .collect()
    }
}

impl BuildError {
    pub(super) fn new(problems: Vec<BuildProblem>) -> Self {
        Self { problems }
    }

    /// Each thing that is wrong.
    #[must_use]
    pub fn problems(&self) -> &[BuildProblem] {
        &self.problems
    }
}

impl fmt::Display for BuildProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadPattern {
                name,
                template,
                error,
                at,
            } => write!(f, "{name} ({at}): the route {template:?} is none: {error}"),
            Self::Clash {
                name,
                template,
                with,
                other,
                at,
            } => clash(f, (name, at, template), other.as_ref(), with),
            Self::NotInRoute {
                handler,
                input,
                template,
                at,
            } => write!(
                f,
                "{handler}.{input} ({at}) is a path value, but {template:?} has no {{{input}}}"
            ),
            Self::MissingState {
                handler,
                input,
                through,
                type_name,
                at,
            } => needs_state(f, (handler, input, at), through, type_name),
            Self::StateTwice { type_name, at } => {
                write!(f, "state {type_name} is given again ({at})")
            }
            Self::BadOption {
                handler,
                input,
                problem,
                at,
            } => write!(f, "{handler}.{input} ({at}): {problem}"),
            Self::Fallback {
                handler,
                problem,
                at,
            } => write!(f, "{handler} ({at}) is a fallback, {problem}"),
            Self::Group { .. } | Self::Trust { .. } | Self::Mount { .. } | Self::Setting { .. } => {
                self.said(f)
            }
        }
    }
}

impl BuildProblem {
    /// What is wrong with something that is not a handler.
    fn said(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group {
                prefix,
                problem,
                at,
            } => write!(f, "the group {prefix:?} ({at}): {problem}"),
            Self::Trust {
                network,
                problem,
                at,
            } => write!(f, "the trusted network {network:?} ({at}) {problem}"),
            Self::Mount {
                prefix,
                problem,
                at,
            } => write!(f, "the mount at {prefix:?} ({at}): {problem}"),
            Self::Setting { name, problem } => write!(f, "{name} {problem}"),
            _ => Ok(()),
        }
    }
}

fn clash(
    f: &mut fmt::Formatter<'_>,
    (name, at, template): (&str, &At, &str),
    other: Option<&(String, At)>,
    with: &str,
) -> fmt::Result {
    write!(f, "{name} ({at}) is at {template:?}, whose paths ")?;
    if let Some((other, at)) = other {
        write!(f, "{other} ({at}) ")?;
    }
    write!(f, "already answers at {with:?}; ")?;
    f.write_str("one handler has all verbs of a path")
}

fn needs_state(
    f: &mut fmt::Formatter<'_>,
    (handler, input, at): (&str, &str, &At),
    through: &[&str],
    type_name: &str,
) -> fmt::Result {
    write!(f, "{handler}.{input} ({at}) ")?;
    through.iter().try_for_each(|by| write!(f, "→ {by} "))?;
    write!(f, "needs state {type_name}; add .state(…) with one")
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the application cannot be built:")?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BuildError {}
