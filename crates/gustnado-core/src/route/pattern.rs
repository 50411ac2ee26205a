//! A route's template, `/users/{id}`: its grammar and the names in it. It must not know paths of
//! requests; the router matches.

use std::fmt;

use crate::limits;

/// A route's template, checked.
///
/// `{name}` stands for one segment or a part of one, at most one in a segment. `{*name}` as the
/// last segment stands for the rest of the path, at least one byte of it. `{{` and `}}` are the
/// braces themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pattern {
    text: String,
    names: Vec<String>,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// It does not begin with `/`.
    NoSlash,
    /// A `{` without its `}`, or the other way round.
    UnbalancedBrace,
    /// `{}` or `{*}`.
    NoName,
    /// A name that is no Rust identifier.
    BadName(String),
    /// Two of one name.
    RepeatedName(String),
    /// Two in one segment.
    TwoInSegment,
    /// `{*name}` before the last segment, or not a whole segment.
    CatchAllNotLast,
    /// More names than a route may have.
    TooMany(usize),
}

impl Pattern {
    /// Reads a template.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let rest = text.strip_prefix('/').ok_or(PatternError::NoSlash)?;
        let mut names: Vec<String> = Vec::new();
        let mut segments = rest.split('/').peekable();
        while let Some(segment) = segments.next() {
            let Some(name) = name_in(segment)? else {
                continue;
            };
            let plain = name.strip_prefix('*').unwrap_or(name);
            let catch_all = name.len() > plain.len();
            let whole = segment.len() == name.len() + 2;
            if catch_all && (segments.peek().is_some() || !whole) {
                return Err(PatternError::CatchAllNotLast);
            }
            if plain.is_empty() {
                return Err(PatternError::NoName);
            }
            if !is_identifier(plain) {
                return Err(PatternError::BadName(plain.into()));
            }
            if names.iter().any(|other| other == plain) {
                return Err(PatternError::RepeatedName(plain.into()));
            }
            names.push(plain.into());
        }
        if names.len() > limits::CAPTURES {
            return Err(PatternError::TooMany(names.len()));
        }
        Ok(Self {
            text: text.into(),
            names,
        })
    }

    /// The template as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names in it, from left to right.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The position of a name.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }
}

/// The `name` of the one `{name}` in a segment, if there is one.
fn name_in(segment: &str) -> Result<Option<&str>, PatternError> {
    let mut found = None;
    let mut chars = segment.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let doubled = chars.peek().is_some_and(|&(_, next)| next == c);
        match c {
            '{' | '}' if doubled => {
                chars.next();
            }
            '}' => return Err(PatternError::UnbalancedBrace),
            '{' => {
                let length = segment[at..]
                    .find('}')
                    .ok_or(PatternError::UnbalancedBrace)?;
                if found.replace(&segment[at + 1..at + length]).is_some() {
                    return Err(PatternError::TwoInSegment);
                }
                while chars.peek().is_some_and(|&(next, _)| next <= at + length) {
                    chars.next();
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlash => f.write_str("a route begins with `/`"),
            Self::UnbalancedBrace => {
                f.write_str("a brace has no partner; write `{{` or `}}` for the brace itself")
            }
            Self::NoName => f.write_str("`{}` needs a name, such as `{id}`"),
            Self::BadName(name) => write!(f, "`{name}` is not a name a field can have"),
            Self::RepeatedName(name) => write!(f, "`{{{name}}}` stands twice"),
            Self::TwoInSegment => f.write_str("a segment can hold one `{name}`"),
            Self::CatchAllNotLast => f.write_str("`{*name}` must be the whole last segment"),
            Self::TooMany(count) => {
                write!(
                    f,
                    "{count} names, at most {} are possible",
                    limits::CAPTURES
                )
            }
        }
    }
}

impl std::error::Error for PatternError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        let names = |text: &str| Pattern::parse(text).map(|p| p.names.join(","));
        let table: [(&str, Result<&str, PatternError>); 19] = [
            ("/", Ok("")),
            ("/users", Ok("")),
            ("/users/{id}", Ok("id")),
            ("/a/{b}/c/{d}", Ok("b,d")),
            ("/files/{*rest}", Ok("rest")),
            ("/{id}.json", Ok("id")),
            ("/v{version}", Ok("version")),
            ("/{{literal}}", Ok("")),
            ("/{{{id}}}", Ok("id")),
            ("users", Err(PatternError::NoSlash)),
            ("", Err(PatternError::NoSlash)),
            ("/{id", Err(PatternError::UnbalancedBrace)),
            ("/id}", Err(PatternError::UnbalancedBrace)),
            ("/{}", Err(PatternError::NoName)),
            ("/{**a}", Err(PatternError::BadName("*a".into()))),
            ("/{1d}", Err(PatternError::BadName("1d".into()))),
            ("/{a}/{a}", Err(PatternError::RepeatedName("a".into()))),
            ("/{a}-{b}", Err(PatternError::TwoInSegment)),
            ("/{*rest}/x", Err(PatternError::CatchAllNotLast)),
        ];
        for (text, expected) in table {
            assert_eq!(names(text), expected.map(String::from), "{text}");
        }
        let many: String = (0..9).map(|i| format!("/{{p{i}}}")).collect();
        assert_eq!(names(&many), Err(PatternError::TooMany(9)));
    }
}
