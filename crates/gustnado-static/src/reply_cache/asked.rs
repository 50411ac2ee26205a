//! What a request asks of the cache, decided by its head alone. It must not know what is kept.

use std::time::SystemTime;

use gustnado_core::{Body, Response, tag};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;

use super::{
    key::{Key, is_personal},
    rules::Rules,
};
use crate::directive::OfRequest;

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Asked {
    /// It may be answered by what is kept.
    Page(Page),
    /// It goes to its handler, for this reason.
    Pass(&'static str),
    /// It goes to its handler, and may change what others get.
    Change(Option<Key>),
    /// The cache has nothing to do with it.
    Other,
}

/// One that may be answered by what is kept.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) key: Key,
    pub(super) head: bool,
    /// It says who is asking.
    pub(super) personal: bool,
    pub(super) said: OfRequest,
    pub(super) conditions: Conditions,
}

/// What the client has already.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    none_match: Vec<HeaderValue>,
    modified_since: Option<SystemTime>,
}

impl Asked {
    pub(super) fn of(request: &http::Request<Body>, rules: &Rules) -> Self {
        let method = request.method();
        let head = *method == Method::HEAD;
        if *method != Method::GET && !head {
            return if method.is_safe() {
                Self::Other
            } else {
                Self::Change(Key::of(request, &rules.query))
            };
        }
        let headers = request.headers();
        if let Some((_, why)) = PASSING.iter().find(|(name, _)| headers.contains_key(name)) {
            return Self::Pass(why);
        }
        // What it says there is not in the key.
        if !request.body().is_end_stream() {
            return Self::Pass("body");
        }
        let Some(key) = Key::of(request, &rules.query) else {
            return Self::Pass("key");
        };
        Self::Page(Page {
            key,
            head,
            personal: is_personal(request),
            said: OfRequest::of(headers),
            conditions: Conditions::of(headers),
        })
    }
}

/// Fields of requests that are for a handler alone, and the word for them.
const PASSING: [(HeaderName, &str); 5] = [
    (header::RANGE, "range"),
    (header::IF_RANGE, "range"),
    (header::IF_MATCH, "precondition"),
    (header::IF_UNMODIFIED_SINCE, "precondition"),
    (header::UPGRADE, "upgrade"),
];

impl Conditions {
    fn of(headers: &HeaderMap) -> Self {
        let none_match = headers.get_all(header::IF_NONE_MATCH);
        let since = headers.get(header::IF_MODIFIED_SINCE);
        Self {
            none_match: none_match.iter().cloned().collect(),
            modified_since: since.and_then(date),
        }
    }

    /// Takes them out of a request, whose reply is to be whole.
    pub(super) fn take(headers: &mut HeaderMap) {
        headers.remove(header::IF_NONE_MATCH);
        headers.remove(header::IF_MODIFIED_SINCE);
    }

    /// The answer, or a 304 where the client has it (RFC 9110 section 13.2.2).
    pub(super) fn fit(&self, answer: http::Response<Body>) -> http::Response<Body> {
        if answer.status() != StatusCode::OK || !self.hold(answer.headers()) {
            return answer;
        }
        Response::from(answer).not_modified().into()
    }

    fn hold(&self, answer: &HeaderMap) -> bool {
        if !self.none_match.is_empty() {
            let tag = answer.get(header::ETAG);
            let mut lines = self.none_match.iter();
            return tag.is_some_and(|tag| lines.any(|line| tag::matches_weakly(tag, line)));
        }
        let modified = answer.get(header::LAST_MODIFIED).and_then(date);
        match (modified, self.modified_since) {
            (Some(modified), Some(since)) => modified <= since,
            _ => false,
        }
    }
}

fn date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?).ok()
}
