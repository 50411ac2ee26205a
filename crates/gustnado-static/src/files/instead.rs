//! What is answered where there is no file: the listing of a folder, the fallback of a single-page
//! application, or that there is nothing. It must not know how files are found.

use gustnado_core::{Error, Response};
use http::{HeaderMap, HeaderValue, header};
use percent_encoding::percent_decode_str;
use tokio::task::spawn_blocking;

use super::{
    StaticFiles,
    answer::{Head, Target},
};
use crate::{
    accept,
    coding::Coding,
    decide::Verb,
    dictionary::USE_AS_DICTIONARY,
    entry,
    failure::{Failure, nothing_here},
    listing::Listing,
    media,
    validator::Tag,
};

impl StaticFiles {
    /// The answer where there is no file, whatever it takes.
    pub(super) async fn instead(
        &self,
        target: &Target<'_>,
        verb: Verb,
        head: Head<'_>,
    ) -> Result<Response, Error> {
        if self.settings.listing
            && let Some(folder) = &target.folder
        {
            match self.listing_of(folder, verb, head).await {
                Err(Failure::Missing) => {}
                Err(failure) => return Err(failure.into()),
                Ok(listing) => return Ok(listing),
            }
        }
        let Some(fallback) = &self.settings.fallback else {
            return Err(nothing_here());
        };
        if target.folder.is_none() && media::is_asset(head.path) {
            return Err(nothing_here());
        }
        // From here on, the answer depends on who asks.
        if accept::is_navigation(head.headers) {
            match self.file(fallback, verb, head).await {
                Err(Failure::Missing) => {}
                Err(failure) => return Err(failure.into()),
                Ok(answer) => return answer.map(for_any_address),
            }
        }
        Err(nothing_here().with_header(header::VARY, by_client()))
    }

    async fn listing_of(
        &self,
        folder: &str,
        verb: Verb,
        head: Head<'_>,
    ) -> Result<Response, Failure> {
        let (root, of) = (self.settings.root.clone(), folder.to_owned());
        let listing = spawn_blocking(move || Listing::read(&root, &of)).await??;
        let (content_type, content) = if accept::prefers_json(head.headers) {
            ("application/json; charset=utf-8", listing.json())
        } else {
            let path = percent_decode_str(head.path).decode_utf8_lossy();
            (
                "text/html; charset=utf-8",
                listing.html(&path, !folder.is_empty()),
            )
        };
        let tag = Tag::of_content(entry::hash(content.as_bytes()), Coding::Identity);
        let response = Response::new(200)
            .with_header(header::CONTENT_TYPE, HeaderValue::from_static(content_type))
            .with_header(header::CONTENT_LENGTH, HeaderValue::from(content.len()))
            .with_header(header::ETAG, tag.header().clone())
            .with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))
            .with_header(header::VARY, HeaderValue::from_static("accept"))
            .with_header(
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            )
            // Names are others' words: nothing in the page may act.
            .with_header(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(POLICY),
            );
        if verb == Verb::Head {
            return Ok(response);
        }
        Ok(response.with_body(content))
    }
}

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/// The fallback, whose addresses are without number: it is asked for again each time, as a next
/// release brings another one.
fn for_any_address(mut response: Response) -> Response {
    let status = response.status();
    if !status.is_success() && status != 304 {
        return response;
    }
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.remove(USE_AS_DICTIONARY);
    headers.append(header::VARY, by_client());
    response
}

fn by_client() -> HeaderValue {
    HeaderValue::from_static("accept, sec-fetch-mode")
}
