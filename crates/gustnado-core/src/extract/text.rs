//! The sources whose values are text: path, query string, header fields and cookies. Decoding is
//! strict: a value that is not UTF-8 is an error, never a replacement character.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{
    bounds::Bounds,
    context::Cx,
    need::{AboutText, Said},
    unreadable::{ParamError, ValueError},
};
use crate::{
    describe::{Count, Place, TextKind},
    error::{BadInput, Part},
};

/// Where text comes from.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Path,
    Query,
    Header,
    Cookie,
}

impl Source {
    pub(crate) fn part(self) -> Part {
        match self {
            Self::Path => Part::Path,
            Self::Query => Part::Query,
            Self::Header => Part::Header,
            Self::Cookie => Part::Cookie,
        }
    }

    pub(super) fn place(self) -> Place {
        match self {
            Self::Path => Place::Path,
            Self::Query => Place::Query,
            Self::Header => Place::Header,
            Self::Cookie => Place::Cookie,
        }
    }
}

/// The values under one name.
#[doc(hidden)]
#[allow(unreachable_pub, reason = "named in the signature of a public trait")]
pub type Values<'a> = dyn Iterator<Item = Result<Cow<'a, str>, ValueError>> + 'a;

/// What a type that is read from text knows.
pub(super) struct Reader<T> {
    pub(super) read: ReadText<T>,
    pub(super) tell: TellText<T>,
}

/// Reads an input. What cannot be used is put on the list.
type ReadText<T> = fn(&Cx, &Wanted, Option<DefaultOf<T>>, &mut Vec<BadInput>) -> Option<T>;

/// Says what an input is at a place, under a name, with a default and bounds.
pub(super) type TellText<T> =
    fn(Place, &'static str, Option<DefaultOf<T>>, Option<&'static Bounds>) -> AboutText;

/// What a type that is read from text says of itself.
pub(super) struct OfText {
    pub(super) kind: fn() -> TextKind,
    pub(super) count: Count,
    /// Whether it is a file, which no bounds hold for.
    pub(super) file: bool,
}

/// Makes the value of what is missing.
pub(super) type DefaultOf<T> = fn() -> Result<T, ParamError>;

/// Reads it from one value.
type FromText<T> = fn(&str) -> Result<T, ParamError>;

/// Reads a value.
type ReadOne<'r> = dyn FnMut(&str) -> Result<(), ParamError> + 'r;

/// Reads it from all the values under a name.
type ReadAll<T> = fn(&mut Values<'_>) -> Result<T, ValueError>;

/// Which values are read, and from where.
pub(super) struct Wanted {
    pub(super) source: Source,
    pub(super) name: &'static str,
    pub(super) bounds: Option<&'static Bounds>,
}

/// Reads an input, from one value if it is read from one.
#[inline]
pub(super) fn read<T>(
    cx: &Cx,
    wanted: &Wanted,
    (one, read_all): (Option<FromText<T>>, ReadAll<T>),
    default: Option<DefaultOf<T>>,
    bad: &mut Vec<BadInput>,
) -> Option<T> {
    let result = match one {
        Some(one) => {
            let mut value = None;
            let found = first(cx, wanted, &mut |text| {
                value = Some(one(text)?);
                Ok(())
            });
            match (found, value) {
                (Ok(()), Some(value)) => return Some(value),
                // It may be one that need not be there.
                (Ok(()) | Err(ValueError::Missing), _) => read_all(&mut std::iter::empty()),
                (Err(error), _) => Err(error),
            }
        }
        None => all(cx, wanted, read_all),
    };
    settled(result, default, (wanted.source.part(), wanted.name), bad)
}

/// What was read, or the default of what is missing; what cannot be used is told by its name.
#[inline]
pub(super) fn settled<T>(
    read: Result<T, ValueError>,
    default: Option<DefaultOf<T>>,
    (part, name): (Part, &'static str),
    bad: &mut Vec<BadInput>,
) -> Option<T> {
    let error = match (read, default) {
        (Ok(value), _) => return Some(value),
        (Err(ValueError::Missing), Some(default)) => match default() {
            Ok(value) => return Some(value),
            Err(error) => ValueError::Unreadable(error),
        },
        (Err(error), _) => error,
    };
    refuse(part, name, error, bad);
    None
}

#[cold]
fn refuse(part: Part, name: &'static str, error: ValueError, bad: &mut Vec<BadInput>) {
    bad.push(BadInput::new(part, name, error.detail()));
}

/// Says what an input is at a place, and what is wrong with its options.
pub(super) fn tell<T>(
    of_type: &OfText,
    place: Place,
    name: &'static str,
    default: Option<DefaultOf<T>>,
    bounds: Option<&'static Bounds>,
) -> AboutText {
    let problem = match default {
        Some(default) => default().err(),
        None => None,
    };
    let said = Said {
        place,
        name,
        kind: of_type.kind,
        count: of_type.count,
        has_default: default.is_some(),
        bounds,
    };
    AboutText::new(said, of_type.file, problem)
}

/// Reads the first value that is wanted, which must be the only one. Compiled once, whatever it
/// becomes.
fn first(cx: &Cx, wanted: &Wanted, read: &mut ReadOne<'_>) -> Result<(), ValueError> {
    let request = cx.request();
    let name = wanted.name;
    let (first, more) = match wanted.source {
        Source::Path => (cx.path_value(name).map(decode), false),
        Source::Query => {
            let mut rest = request.query();
            let first = next_value(&mut rest, name).map(decode_form);
            (
                first,
                rest.is_some() && next_value(&mut rest, name).is_some(),
            )
        }
        Source::Header => {
            let mut values = request.header_values(name);
            let first = values.next().map(text);
            (first, values.next().is_some())
        }
        // The first of several is the one with the most specific path (RFC 6265 section 5.4). To
        // refuse the request would let a neighbouring domain, which can set a cookie of any name
        // for both, lock users out.
        Source::Cookie => (request.cookie_values(name).next().map(text), false),
    };
    let text = first.ok_or(ValueError::Missing)??;
    if let Some(bounds) = wanted.bounds {
        bounds.check(&text)?;
    }
    read(&text)?;
    if more {
        return Err(ValueError::Repeated);
    }
    Ok(())
}

/// Reads all the values that are wanted.
fn all<T>(cx: &Cx, wanted: &Wanted, read: ReadAll<T>) -> Result<T, ValueError> {
    let Wanted {
        source,
        name,
        bounds,
    } = *wanted;
    let request = cx.request();
    let mut result = Err(ValueError::Missing);
    let mut read = |values: &mut Values<'_>| result = read(values);
    match source {
        Source::Path => {
            let mut values = cx.path_value(name).into_iter().map(decode);
            bounded(bounds, &mut values, &mut read);
        }
        Source::Query => {
            let mut values = pairs(request.query(), name);
            bounded(bounds, &mut values, &mut read);
        }
        Source::Header => {
            let mut values = request.header_values(name).map(text);
            bounded(bounds, &mut values, &mut read);
        }
        Source::Cookie => {
            let mut values = request.cookie_values(name).map(text);
            bounded(bounds, &mut values, &mut read);
        }
    }
    result
}

/// Hands over values of which each keeps to the bounds.
pub(super) fn bounded(
    bounds: Option<&Bounds>,
    values: &mut Values<'_>,
    read: &mut dyn FnMut(&mut Values<'_>),
) {
    let Some(bounds) = bounds else {
        return read(values);
    };
    read(&mut values.map(|value| {
        let value = value?;
        bounds.check(&value)?;
        Ok(value)
    }));
}

/// Bytes as text.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, ValueError> {
    let text = std::str::from_utf8(bytes).map(Cow::Borrowed);
    text.map_err(|_| ValueError::NotText)
}

/// Refuses a query string, or a form that is written as one, of so many pairs that looking each input
/// up would be the attack.
pub(super) fn too_many_pairs(text: &str, limit: usize, part: Part) -> Option<BadInput> {
    // A pair takes a byte and its `&`, so a short one need not be counted.
    if text.len() < limit || text.bytes().filter(|byte| *byte == b'&').count() < limit {
        return None;
    }
    let detail = format!("has more than {limit} pairs");
    Some(BadInput::new(part, "", detail))
}

/// The values of `name` in a query string or a form that is written as one, which has not
/// [too many pairs](too_many_pairs) to look through.
pub(super) fn pairs<'a>(
    text: Option<&'a str>,
    name: &'a str,
) -> impl Iterator<Item = Result<Cow<'a, str>, ValueError>> {
    let mut rest = text;
    std::iter::from_fn(move || next_value(&mut rest, name).map(decode_form))
}

/// The next value of `name`, still coded. `rest` becomes what is behind it.
fn next_value<'a>(rest: &mut Option<&'a str>, name: &str) -> Option<&'a str> {
    loop {
        let text = (*rest)?;
        // Queries are short: this is quicker than the searchers of `str`, which are made for long
        // texts, and each byte is looked at once.
        let key = text.bytes().position(|byte| byte == b'=' || byte == b'&');
        let (key, behind) = text.split_at(key.unwrap_or(text.len()));
        let (value, after) = match behind.strip_prefix('=') {
            Some(behind) => cut(behind),
            None => ("", behind.get(1..)),
        };
        *rest = after;
        if key == name || (is_coded(key) && decode_form(key).is_ok_and(|key| key == name)) {
            return Some(value);
        }
    }
}

/// The text before the first `&` and the text behind it.
#[inline]
fn cut(text: &str) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == b'&') {
        Some(index) => (&text[..index], Some(&text[index + 1..])),
        None => (text, None),
    }
}

#[inline]
fn is_coded(text: &str) -> bool {
    text.bytes().any(|byte| byte == b'%' || byte == b'+')
}

#[inline]
fn decode(text: &str) -> Result<Cow<'_, str>, ValueError> {
    if !text.bytes().any(|byte| byte == b'%') {
        return Ok(Cow::Borrowed(text));
    }
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| ValueError::NotText)
}

/// Decodes as forms encode: `+` is a space (WHATWG URL, application/x-www-form-urlencoded).
#[inline]
fn decode_form(text: &str) -> Result<Cow<'_, str>, ValueError> {
    if !is_coded(text) {
        return Ok(Cow::Borrowed(text));
    }
    decode_coded(text)
}

fn decode_coded(text: &str) -> Result<Cow<'_, str>, ValueError> {
    let spaced = text.replace('+', " ");
    decode(&spaced).map(|text| Cow::Owned(text.into_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(text: &str, name: &str) -> Vec<Option<String>> {
        let values = pairs(Some(text), name);
        values.map(|value| Some(value.ok()?.into_owned())).collect()
    }

    #[test]
    fn pairs_are_found_by_their_decoded_names() {
        let table: [(&str, &[Option<&str>]); 14] = [
            ("", &[]),
            ("a", &[Some("")]),
            ("a=", &[Some("")]),
            ("a=1&a=2&b=3", &[Some("1"), Some("2")]),
            ("&&a=1&&", &[Some("1")]),
            ("=1&==&a=1", &[Some("1")]),
            ("a=b=c", &[Some("b=c")]),
            ("%61=1&A=2&+a=3", &[Some("1")]),
            ("a=x+y%20z%2B", &[Some("x y z+")]),
            ("a=%C3%BC", &[Some("ü")]),
            ("a=ü", &[Some("ü")]),
            // Not UTF-8; then what is no escape stays as it is (WHATWG URL, percent-decode).
            ("a=%ff", &[None]),
            ("a=%zz&a=%&a=%6", &[Some("%zz"), Some("%"), Some("%6")]),
            ("%ff=1&a=2", &[Some("2")]),
        ];
        for (text, expected) in table {
            let expected: Vec<_> = expected.iter().map(|v| v.map(str::to_owned)).collect();
            assert_eq!(values(text, "a"), expected, "{text}");
        }
    }

    /// As browsers write it.
    fn encode(text: &str) -> String {
        let encoded =
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        encoded.to_string().replace("%20", "+")
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(fields in prop::collection::vec((".{1,3}", ".*"), 0..8)) {
            let written: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
                .collect();
            let text = written.join("&");
            for (name, _) in &fields {
                let of_name = fields.iter().filter(|(other, _)| other == name);
                let expected: Vec<_> = of_name.map(|(_, value)| Some(value.clone())).collect();
                prop_assert_eq!(values(&text, name), expected);
            }
        }

        #[test]
        fn no_text_is_too_strange(text in "[a=&%+0-9f\u{0}-\u{ff}]{0,40}", name in ".{0,3}") {
            let _ = values(&text, &name);
            let pairs = text.split('&').count();
            prop_assert!(values(&text, "a").len() <= pairs);
        }
    }
}
