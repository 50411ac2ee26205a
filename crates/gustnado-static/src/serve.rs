//! Plan → answer. It must not decide anything.

use gustnado_core::{Body, Error, Response};
use http::{HeaderValue, header};

use crate::{
    decide::{Plan, Slice, Verb},
    disk::OpenFile,
    entry::{self, Content, Facts},
    store::Chosen,
    stream::FileBody,
};

/// The byte that a file has to be opened at to carry the plan out; none when no file has to be.
pub(crate) fn opens_at(plan: Plan, verb: Verb, chosen: &Chosen) -> Option<u64> {
    if verb == Verb::Head || !matches!(chosen.representation.content, Content::Streamed) {
        return None;
    }
    match plan {
        Plan::Whole => Some(0),
        Plan::Slice(slice) => Some(slice.first),
        Plan::NotModified | Plan::PreconditionFailed | Plan::NotSatisfiable => None,
    }
}

/// Carries a plan out, from memory or from a file that was opened for it.
pub(crate) fn serve(
    plan: Plan,
    verb: Verb,
    chosen: &Chosen,
    file: Option<OpenFile>,
) -> Result<Response, Error> {
    let representation = &*chosen.representation;
    let mut response = Response::new(match plan {
        Plan::Whole => 200,
        Plan::Slice(_) => 206,
        Plan::NotModified => 304,
        Plan::PreconditionFailed => 412,
        Plan::NotSatisfiable => {
            return Err(not_satisfiable(&chosen.facts, representation.length));
        }
    });
    let headers = response.headers_mut();
    let slice = match plan {
        Plan::Slice(slice) => Some(slice),
        Plan::Whole => None,
        Plan::PreconditionFailed => {
            headers.insert(header::ETAG, representation.tag.header().clone());
            if chosen.facts.negotiable() {
                headers.insert(header::VARY, entry::vary());
            }
            return Ok(response);
        }
        Plan::NotModified | Plan::NotSatisfiable => {
            *headers = representation.not_modified.clone();
            return Ok(response);
        }
    };
    *headers = representation.whole.clone();
    if let Some(slice) = slice {
        let range = content_range(slice, representation.length);
        headers.insert(header::CONTENT_RANGE, range);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(slice.length()));
    }
    if verb == Verb::Head {
        return Ok(response);
    }
    let length = slice.map_or(representation.length, Slice::length);
    let body = match (&representation.content, file) {
        (Content::Kept(bytes), _) => match slice {
            None => Body::from(bytes.clone()),
            // What is kept has a length that fits into memory, and the slice is within it.
            Some(slice) => Body::from(bytes.slice(slice.first as usize..=slice.last as usize)),
        },
        (Content::Streamed, Some(file)) => Body::new(FileBody::new(file, length)),
        (Content::Streamed, None) => return Err(Error::internal("the file was not opened")),
    };
    Ok(response.with_body(body))
}

fn content_range(slice: Slice, length: u64) -> HeaderValue {
    let Slice { first, last } = slice;
    ascii(format!("bytes {first}-{last}/{length}"))
}

fn not_satisfiable(facts: &Facts, length: u64) -> Error {
    let range = ascii(format!("bytes */{length}"));
    let error = Error::new(416, "no byte of the range exists");
    with_vary(error.with_header(header::CONTENT_RANGE, range), facts)
}

/// 406: every form that there is has been refused.
pub(crate) fn not_acceptable(facts: &Facts) -> Error {
    let error = Error::new(406, "there is no coding of this that the client accepts");
    // It depends on Accept-Encoding, whatever else there is.
    if facts.negotiable() {
        with_vary(error, facts)
    } else {
        error.with_header(header::VARY, entry::vary())
    }
}

fn with_vary(error: Error, facts: &Facts) -> Error {
    if facts.negotiable() {
        error.with_header(header::VARY, entry::vary())
    } else {
        error
    }
}

/// Text that is known to be ASCII as a header value.
fn ascii(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
