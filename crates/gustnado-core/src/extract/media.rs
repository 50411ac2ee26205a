//! What a body says it is, by its `Content-Type` (RFC 9110 section 8.3), and what is said of one that
//! is missing or no text. It must not know who asks.

use bytes::Bytes;

use crate::{
    error::{BadInput, Error, Part},
    request::Request,
};

/// A media type with its parameters, as it came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Media<'h> {
    kind: &'h str,
    subtype: &'h str,
    parameters: &'h str,
}

impl<'h> Media<'h> {
    /// What a request says, where it can be read.
    pub(super) fn of(request: &'h Request) -> Option<Self> {
        content_type(request).and_then(Self::parse)
    }

    fn parse(value: &'h [u8]) -> Option<Self> {
        let value = std::str::from_utf8(value).ok()?;
        let (media, parameters) = value.split_once(';').unwrap_or((value, ""));
        let (kind, subtype) = media.trim().split_once('/')?;
        Some(Self {
            kind,
            subtype,
            parameters,
        })
    }

    /// Whether it is `kind/subtype`, whatever its parameters.
    pub(super) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.is_kind(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }

    /// Whether it is `kind/` anything.
    pub(super) fn is_kind(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// `application/json` or anything `+json` (RFC 6839 section 3.1).
    #[cfg(feature = "json")]
    pub(super) fn is_json(&self) -> bool {
        let suffix = self.subtype.rsplit_once('+').map(|(_, suffix)| suffix);
        self.is_kind("application") && suffix.unwrap_or(self.subtype).eq_ignore_ascii_case("json")
    }

    /// Whether its `charset`, where it names one, is UTF-8 or a part of it.
    pub(super) fn is_utf8(&self) -> bool {
        self.parameter("charset").is_none_or(|charset| {
            let known = ["utf-8", "utf8", "us-ascii"];
            known.iter().any(|name| charset.eq_ignore_ascii_case(name))
        })
    }

    fn parameter(&self, name: &str) -> Option<&'h str> {
        let mut parameters = self.parameters.split(';').filter_map(|p| p.split_once('='));
        parameters
            .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().trim_matches('"'))
    }
}

/// The first `Content-Type` of a request.
pub(super) fn content_type(request: &Request) -> Option<&[u8]> {
    request.raw_head().content_type()
}

/// Whether a request says that the body is JSON; `None` where it says nothing that can be read.
#[cfg(feature = "json")]
pub(super) fn says_json(request: &Request) -> Option<bool> {
    content_type(request).and_then(is_json)
}

#[cfg(feature = "json")]
fn is_json(value: &[u8]) -> Option<bool> {
    // What nearly all say is quicker compared than taken apart.
    if value == b"application/json" {
        return Some(true);
    }
    Media::parse(value).map(|media| media.is_json())
}

/// Bytes as text.
pub(super) fn text(bytes: Bytes) -> Result<String, Error> {
    String::from_utf8(bytes.into()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let detail = format!("is not UTF-8 at byte {at}");
        Error::new(400, "the body is not text in UTF-8").with_bad_input(BadInput::new(
            Part::Body,
            "",
            detail,
        ))
    })
}

/// There must be a body, and there is none.
#[cfg(feature = "json")]
pub(super) fn missing() -> Error {
    Error::absent(400, "the body is missing").with_bad_input(BadInput::new(
        Part::Body,
        "",
        "is missing",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "json")]
    fn what_is_json() {
        let table = [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("application/x+JSON ;a=b", true),
            ("application/jsonp", false),
            ("application/json+xml", false),
            ("text/json", false),
            ("application/x-www-form-urlencoded", false),
            ("application", false),
            ("", false),
        ];
        for (text, json) in table {
            assert_eq!(is_json(text.as_bytes()).unwrap_or(false), json, "{text}");
        }
        assert_eq!(is_json(b"\xff/json"), None);
    }

    #[test]
    fn which_charsets_are_utf8() {
        let table = [
            ("text/plain", true),
            ("text/plain; charset=utf-8", true),
            ("text/plain;format=flowed; Charset=\"UTF-8\"", true),
            ("text/plain; charset=us-ascii", true),
            ("text/plain; charset=iso-8859-1", false),
            ("text/plain; charset=", false),
        ];
        for (text, utf8) in table {
            let media = Media::parse(text.as_bytes()).expect(text);
            assert!(media.is("TEXT", "plain"), "{text}");
            assert_eq!(media.is_utf8(), utf8, "{text}");
        }
    }
}
