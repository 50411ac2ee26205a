//! Values in links to routes, written by the `url` functions of handlers, and links by name as an
//! input. It must not know routes.

use std::borrow::Cow;

use super::{
    context::Cx,
    need::Stage,
    param::FromParam,
    typed::FromRequest,
    urls::{Urls, push_rest, push_segment},
};
use crate::{describe::Operation, error::Error};

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
        push_rest(url, &self.text());
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

impl FromRequest for Urls {
    const STAGE: Stage = Stage::Params;

    fn describe(_operation: &mut Operation) {}

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        Ok(cx.urls().clone())
    }
}
