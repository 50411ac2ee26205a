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
    /// What it must be, in words.
    OutOfBounds(String),
}

/// What was expected instead, for the client to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamError(Cow<'static, str>);

impl ParamError {
    /// An error that says what was expected: `a date as YYYY-MM-DD`.
    pub fn expected(what: impl Into<Cow<'static, str>>) -> Self {
        Self(what.into())
    }

    /// An error that names the words that were possible, or the first ten of them.
    #[doc(hidden)]
    #[must_use]
    pub fn one_of(words: &[&str]) -> Self {
        let quoted = |words: &[&str]| {
            let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            quoted.join(", ")
        };
        Self::expected(match words {
            [] => "nothing".into(),
            [word] => quoted(&[*word]),
            [first @ .., last] if words.len() <= 10 => format!("{} or `{last}`", quoted(first)),
            words => format!("{} or {} more", quoted(&words[..10]), words.len() - 10),
        })
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
            Self::OutOfBounds(words) => words.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_listed_up_to_ten() {
        let told = |words: &[&str]| ParamError::one_of(words).to_string();
        assert_eq!(told(&["a"]), "expected `a`");
        assert_eq!(told(&["a", "b"]), "expected `a` or `b`");
        assert_eq!(told(&["a", "b", "c"]), "expected `a`, `b` or `c`");
        let ten = "`x`, `x`, `x`, `x`, `x`, `x`, `x`, `x`, `x`";
        assert_eq!(told(&["x"; 10]), format!("expected {ten} or `x`"));
        assert_eq!(told(&["x"; 12]), format!("expected {ten}, `x` or 2 more"));
    }
}
