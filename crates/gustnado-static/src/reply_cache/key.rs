//! Which requests are for the same: by scheme, host, path, query, route, and whether they say who is
//! asking. It must not know what is kept.
//!
//! What is not in the key, nor named in a reply's `Vary`, must not change a reply. So all that names
//! the target is in it; the route, as two may have the same path under guards; and requests with a
//! cookie or `Authorization` have keys of their own, so that nobody gets what was made for another.

use std::{fmt, sync::Arc};

use gustnado_core::Next;
use http::{Request, header};

use super::{limits::KEY, rules::Query};

/// What requests for the same have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key(Arc<str>);

impl Key {
    /// The key of a request; none where it has no sure one.
    pub(super) fn of<B>(request: &Request<B>, query: &Query) -> Option<Self> {
        let client = Next::client(request)?;
        let route = Next::route(request)?;
        let uri = request.uri();
        let host = client.host().unwrap_or_default().to_ascii_lowercase();
        // What a proxy was asked for and what it asks for itself may differ, and a handler may look at
        // either.
        let named = request.headers().get(header::HOST);
        let named = named.map_or(&b""[..], |named| named.as_bytes());
        let named = String::from_utf8_lossy(named).to_ascii_lowercase();
        let named = if named == host { "" } else { &named };
        let who = if is_personal(request) { "some" } else { "any" };
        let (scheme, path) = (client.scheme(), uri.path());
        let query = match uri.query().map(|whole| (whole, query.reduced(whole))) {
            Some((_, Some(left))) if left.is_empty() => String::new(),
            Some((_, Some(left))) => format!("?{left}"),
            Some((whole, None)) => format!("?{whole}"),
            None => String::new(),
        };
        // None of the parts can have a line break.
        let key = format!("{who}\n{route}\n{scheme}\n{host}\n{named}\n{path}\n{query}");
        (key.len() <= KEY && key.matches('\n').count() == 6).then(|| Self(key.into()))
    }

    /// The same target, for those who say who they are and for those who do not.
    pub(super) fn both(&self) -> [Self; 2] {
        let rest = self.0.split_once('\n').map_or("", |(_, rest)| rest);
        ["some", "any"].map(|who| Self(format!("{who}\n{rest}").into()))
    }

    /// The path, as it came.
    pub(super) fn path(&self) -> &str {
        path_of(&self.0)
    }

    #[cfg(test)]
    pub(super) fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The place where those wait who want one variant of it.
    pub(super) fn with(&self, variant: &str) -> Box<str> {
        format!("{}\n{variant}", self.0).into()
    }
}

/// The path in the text of a key, or in that of a place where some wait.
pub(super) fn path_of(text: &str) -> &str {
    text.split('\n').nth(5).unwrap_or_default()
}

/// Whether a request says who is asking.
pub(super) fn is_personal<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key(header::COOKIE)
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
