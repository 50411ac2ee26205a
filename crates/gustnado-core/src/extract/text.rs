//! The sources whose values are text: path, query string and header fields. Decoding is strict: a
//! value that is not UTF-8 is an error, never a replacement character.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{
    context::Cx,
    unreadable::{ParamError, ValueError},
};
use crate::error::{BadInput, Part};

/// Where text comes from.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Path,
    Query,
    Header,
}

impl Source {
    pub(crate) fn part(self) -> Part {
        match self {
            Self::Path => Part::Path,
            Self::Query => Part::Query,
            Self::Header => Part::Header,
        }
    }
}

/// The values under one name.
#[doc(hidden)]
#[allow(unreachable_pub, reason = "named in the signature of a public trait")]
pub type Values<'a> = dyn Iterator<Item = Result<Cow<'a, str>, ValueError>> + 'a;

/// Reads the input `name` from `source`.
pub(super) fn read<T>(
    cx: &Cx,
    (source, name): (Source, &'static str),
    read: fn(&mut Values<'_>) -> Result<T, ValueError>,
    default: Option<fn() -> Result<T, ParamError>>,
) -> Result<T, BadInput> {
    let result = match source {
        Source::Path => read(&mut cx.path_value(name).into_iter().map(decode)),
        Source::Query => read(&mut query_values(cx, name)),
        Source::Header => {
            let values = cx.request().headers().get_all(name).into_iter();
            read(&mut values.map(|value| {
                let text = std::str::from_utf8(value.as_bytes());
                text.map(Cow::Borrowed).map_err(|_| ValueError::NotText)
            }))
        }
    };
    let result = match (result, default) {
        (Err(ValueError::Missing), Some(default)) => default().map_err(Into::into),
        (result, _) => result,
    };
    result.map_err(|error| BadInput {
        part: source.part(),
        name: name.into(),
        detail: error.detail(),
    })
}

/// The values of `name` in the query string, within the limit on pairs (which `fill` enforces).
fn query_values<'a>(
    cx: &'a Cx,
    name: &'static str,
) -> impl Iterator<Item = Result<Cow<'a, str>, ValueError>> {
    let mut rest = cx.request().query();
    std::iter::from_fn(move || {
        loop {
            let (pair, after) = cut(rest?, b'&');
            rest = after;
            let (key, value) = cut(pair, b'=');
            if key == name || (is_coded(key) && decode_form(key).is_ok_and(|key| key == name)) {
                return Some(decode_form(value.unwrap_or_default()));
            }
        }
    })
}

/// The text before the first `at` and the text behind it. Queries are short: this is quicker than
/// the searchers of `str`, which are made for long texts.
fn cut(text: &str, at: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == at) {
        Some(index) => (&text[..index], Some(&text[index + 1..])),
        None => (text, None),
    }
}

fn is_coded(text: &str) -> bool {
    text.bytes().any(|byte| byte == b'%' || byte == b'+')
}

fn decode(text: &str) -> Result<Cow<'_, str>, ValueError> {
    if !text.bytes().any(|byte| byte == b'%') {
        return Ok(Cow::Borrowed(text));
    }
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| ValueError::NotText)
}

/// Decodes as forms encode: `+` is a space (WHATWG URL, application/x-www-form-urlencoded).
fn decode_form(text: &str) -> Result<Cow<'_, str>, ValueError> {
    if !is_coded(text) {
        return Ok(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    decode(&spaced).map(|text| Cow::Owned(text.into_owned()))
}
