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

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'p> {
    /// Text that a path has as it is. Its doubled braces are single; pieces of text may stand side by
    /// side.
    Text(&'p str),
    /// The name of `{name}`.
    Value(&'p str),
    /// The name of `{*name}`.
    Rest(&'p str),
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
            let last = segments.peek().is_none();
            let name = match name_in(segment)? {
                // All of the segment but its braces and its star.
                Some(Piece::Rest(name)) if !last || segment.len() > name.len() + 3 => {
                    return Err(PatternError::CatchAllNotLast);
                }
                Some(Piece::Value(name) | Piece::Rest(name)) => name,
                Some(Piece::Text(_)) | None => continue,
            };
            if name.is_empty() {
                return Err(PatternError::NoName);
            }
            if !is_identifier(name) {
                return Err(PatternError::BadName(name.into()));
            }
            if names.iter().any(|other| other == name) {
                return Err(PatternError::RepeatedName(name.into()));
            }
            names.push(name.into());
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

    /// The pieces of it, from left to right.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut rest = self.as_str();
        std::iter::from_fn(move || {
            let more = Some(rest).filter(|rest| !rest.is_empty());
            // No error: it was checked.
            let (piece, behind) = cut(more?).ok()?;
            rest = behind;
            Some(piece)
        })
    }

    /// The position of a name.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }
}

/// The one name in a segment, if there is one.
fn name_in(segment: &str) -> Result<Option<Piece<'_>>, PatternError> {
    let mut found = None;
    let mut rest = segment;
    while !rest.is_empty() {
        let (piece, behind) = cut(rest)?;
        let is_name = !matches!(piece, Piece::Text(_));
        if is_name && found.replace(piece).is_some() {
            return Err(PatternError::TwoInSegment);
        }
        rest = behind;
    }
    Ok(found)
}

/// The first piece of a template, and what is behind it.
fn cut(template: &str) -> Result<(Piece<'_>, &str), PatternError> {
    let Some(at) = template.find(['{', '}']) else {
        return Ok((Piece::Text(template), ""));
    };
    let (text, found) = template.split_at(at);
    let (brace, behind) = found.split_at(1);
    if let Some(behind) = behind.strip_prefix(brace) {
        return Ok((Piece::Text(&template[..=at]), behind));
    }
    if !text.is_empty() {
        return Ok((Piece::Text(text), found));
    }
    let name = behind.split_once('}').filter(|_| brace == "{");
    let (name, behind) = name.ok_or(PatternError::UnbalancedBrace)?;
    let rest = name.strip_prefix('*').map(Piece::Rest);
    Ok((rest.unwrap_or(Piece::Value(name)), behind))
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

    #[test]
    fn pieces() {
        use Piece::{Rest, Text, Value};
        let table: [(&str, &[Piece<'_>]); 5] = [
            ("/", &[Text("/")]),
            ("/users/{id}", &[Text("/users/"), Value("id")]),
            (
                "/a/{b}.c/{*d}",
                &[Text("/a/"), Value("b"), Text(".c/"), Rest("d")],
            ),
            ("/{{{id}}}", &[Text("/{"), Value("id"), Text("}")]),
            ("/{{a}}/b", &[Text("/{"), Text("a}"), Text("/b")]),
        ];
        for (text, expected) in table {
            let pattern = Pattern::parse(text).expect(text);
            assert_eq!(pattern.pieces().collect::<Vec<_>>(), expected, "{text}");
        }
        assert_eq!(Pattern::default().pieces().next(), None);
    }
}
