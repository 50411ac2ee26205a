//! Why a text is not the value that is wanted, in words for the client. It must not know the text.

use std::{borrow::Cow, fmt};

/// Why the values under a name are of no use.
#[doc(hidden)]
#[derive(Debug, PartialEq, Eq)]
pub enum ValueError {
    Missing,
    Repeated,
    NotText,
    Unreadable(ParamError),
}

/// What was expected instead, for the client to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamError(Cow<'static, str>);

impl ParamError {
    /// An error that says what was expected: `a date as YYYY-MM-DD`.
    pub fn expected(what: impl Into<Cow<'static, str>>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}

impl std::error::Error for ParamError {}

impl From<ParamError> for ValueError {
    fn from(error: ParamError) -> Self {
        Self::Unreadable(error)
    }
}

impl ValueError {
    pub(super) fn detail(self) -> Cow<'static, str> {
        match self {
            Self::Missing => "is missing".into(),
            Self::Repeated => "is given more than once".into(),
            Self::NotText => "is not UTF-8 text".into(),
            Self::Unreadable(error) => error.to_string().into(),
        }
    }
}
