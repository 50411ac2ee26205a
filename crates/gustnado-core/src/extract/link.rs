//! Values in links to routes, written by the `url` functions of handlers. It must not know routes.

use std::{borrow::Cow, fmt::Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::param::FromParam;

/// A value that may stand for `T` in a link to a route.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand for a `{T}` in a link",
    label = "the route wants a `{T}` here"
)]
pub trait PathValue<T> {
    /// The value as text, not yet percent-encoded.
    fn text(&self) -> Cow<'_, str>;

    /// Appends it as one segment, or a part of one.
    fn write(&self, url: &mut String) {
        push_segment(url, &self.text());
    }

    /// Appends it as the rest of a path: its `/` stay separators.
    fn write_rest(&self, url: &mut String) {
        for (index, segment) in self.text().split('/').enumerate() {
            if index > 0 {
                url.push('/');
            }
            push_segment(url, segment);
        }
    }
}

impl<T: FromParam + std::fmt::Display> PathValue<T> for T {
    fn text(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

impl<T: FromParam + std::fmt::Display> PathValue<T> for &T {
    fn text(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

impl PathValue<String> for &str {
    fn text(&self) -> Cow<'_, str> {
        (*self).into()
    }
}

/// All but the unreserved characters (RFC 3986 section 2.3); a `/` within stays in its segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn push_segment(url: &mut String, text: &str) {
    let _ = write!(url, "{}", utf8_percent_encode(text, SEGMENT));
}
