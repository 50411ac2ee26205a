//! What all requests have in common, and what is done to every answer. It must not know how one comes
//! about.

use std::sync::Arc;

use gustnado_core::Body;
use http::{HeaderMap, HeaderName, Uri};

use super::{kept::Kept, limits::TAGS, rules::Rules, status::How, store::Store};
use crate::directive::elements;

type Request = http::Request<Body>;
type Response = http::Response<Body>;

/// The names by which kept replies are purged.
const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

/// What all requests have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) rules: Rules,
    pub(super) store: Arc<Store>,
}

impl Shared {
    /// Takes out of the target what does not tell one page from another, so that no handler can depend
    /// on it.
    pub(super) fn reduce(&self, request: &mut Request) {
        let query = request.uri().query();
        let Some(query) = query.and_then(|query| self.rules.query.reduced(query)) else {
            return;
        };
        let path = request.uri().path();
        let target = if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        };
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = target.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }

    /// The tags of a reply; none where they are more than can be kept.
    pub(super) fn take_tags(&self, headers: &mut HeaderMap) -> Option<Box<[Box<str>]>> {
        let lines = headers.get_all(CACHE_TAG).iter();
        let lines = lines.filter_map(|line| line.to_str().ok());
        let tags: Box<[Box<str>]> = lines.flat_map(elements).map(Into::into).collect();
        if !self.rules.show_tags {
            headers.remove(CACHE_TAG);
        }
        (tags.len() <= TAGS).then_some(tags)
    }

    /// With the tags of what is kept, where clients are to see them.
    pub(super) fn show_tags(&self, mut answer: Response, kept: &Kept) -> Response {
        if self.rules.show_tags
            && !kept.tags().is_empty()
            && let Ok(tags) = kept.tags().join(", ").parse()
        {
            answer.headers_mut().insert(CACHE_TAG, tags);
        }
        answer
    }

    pub(super) fn say(&self, mut answer: Response, how: How) -> Response {
        if !self.rules.silent {
            how.say(answer.headers_mut());
        }
        answer
    }
}
