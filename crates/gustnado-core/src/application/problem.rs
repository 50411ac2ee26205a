//! What can be wrong with an application, in words that name the culprit. It must not know how it
//! is found.

use std::{fmt, panic::Location};

use crate::{extract::ParamError, route::PatternError};

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
        input: &'static str,
        /// The template.
        template: String,
        /// Where the field is written.
        at: At,
    },
    /// An input needs shared state that nobody gave.
    MissingState {
        /// The handler.
        handler: &'static str,
        /// The field or argument.
        input: &'static str,
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
    /// The default of an input is not a value of it.
    BadDefault {
        /// The handler.
        handler: &'static str,
        /// The field or argument.
        input: &'static str,
        /// What was expected.
        error: ParamError,
        /// Where the input is written.
        at: At,
    },
    /// A fallback stands at no path of its own, but its route has names.
    FallbackNames {
        /// The handler.
        handler: &'static str,
        /// Its template.
        template: String,
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
    /// A mount says that it cannot work.
    Mount {
        /// Its prefix.
        prefix: String,
        /// What it says.
        problem: String,
        /// Where it was mounted.
        at: At,
    },
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
            } => {
                write!(f, "{name} ({at}) is at {template:?}, whose paths ")?;
                already_answers(f, other.as_ref(), with)
            }
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
                type_name,
                at,
            } => write!(
                f,
                "{handler}.{input} ({at}) needs state {type_name}; add .state(…) with one"
            ),
            Self::StateTwice { type_name, at } => {
                write!(f, "state {type_name} is given again ({at})")
            }
            Self::BadDefault {
                handler,
                input,
                error,
                at,
            } => write!(
                f,
                "the default of {handler}.{input} ({at}) cannot be used: {error}"
            ),
            Self::FallbackNames {
                handler,
                template,
                at,
            } => write!(
                f,
                "{handler} ({at}) is a fallback, which has no path values, but its route \
                 {template:?} has names"
            ),
            Self::Group {
                prefix,
                problem,
                at,
            } => write!(f, "the group {prefix:?} ({at}): {problem}"),
            Self::Mount {
                prefix,
                problem,
                at,
            } => write!(f, "the mount at {prefix:?} ({at}): {problem}"),
        }
    }
}

fn already_answers(
    f: &mut fmt::Formatter<'_>,
    other: Option<&(String, At)>,
    with: &str,
) -> fmt::Result {
    if let Some((other, at)) = other {
        write!(f, "{other} ({at}) ")?;
    }
    write!(f, "already answers at {with:?}; ")?;
    f.write_str("one handler has all verbs of a path")
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
