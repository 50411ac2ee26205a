//! Plan → answer. It must not decide anything.

use std::sync::Arc;

use gustnado_core::{Body, Error, OpenFile, Response};
use http::{HeaderValue, header};

use crate::{
    decide::{Plan, Slice, Verb},
    entry::{self, Content, Facts, Representation},
    parts::{Parts, Piece},
    store::Chosen,
    stream::{PiecesBody, Source},
};

/// Whether a file has to be open to carry the plan out.
pub(crate) fn needs_file(plan: &Plan, verb: Verb, chosen: &Chosen) -> bool {
    let sends = match plan {
        Plan::Whole | Plan::Slice(_) | Plan::Parts(_) => verb == Verb::Get,
        Plan::NotModified
        | Plan::HasOtherForm(_)
        | Plan::PreconditionFailed
        | Plan::NotSatisfiable => false,
    };
    sends && matches!(chosen.representation.content, Content::Streamed)
}

/// Carries a plan out, from memory or from a file that was opened for it.
pub(crate) fn serve(
    plan: &Plan,
    verb: Verb,
    chosen: &Chosen,
    file: Option<OpenFile>,
) -> Result<Response, Error> {
    let representation = &*chosen.representation;
    let mut response = Response::new(match plan {
        Plan::Whole => 200,
        Plan::Slice(_) | Plan::Parts(_) => 206,
        Plan::NotModified | Plan::HasOtherForm(_) => 304,
        Plan::PreconditionFailed => 412,
        Plan::NotSatisfiable => {
            return Err(not_satisfiable(&chosen.facts, representation.length));
        }
    });
    let headers = response.headers_mut();
    let length = representation.length;
    let pieces = match plan {
        Plan::PreconditionFailed => {
            headers.insert(header::ETAG, representation.tag.header().clone());
            if let Some(vary) = chosen.facts.vary() {
                headers.insert(header::VARY, vary);
            }
            return Ok(response);
        }
        Plan::NotModified | Plan::NotSatisfiable => {
            *headers = representation.not_modified.clone();
            return Ok(response);
        }
        Plan::HasOtherForm(tag) => {
            *headers = representation.not_modified.clone();
            headers.insert(header::ETAG, tag.header().clone());
            return Ok(response);
        }
        Plan::Whole => {
            *headers = representation.whole.clone();
            vec![]
        }
        Plan::Slice(slice) => {
            *headers = representation.whole.clone();
            headers.insert(header::CONTENT_RANGE, content_range(*slice, length));
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(slice.length()));
            vec![Piece::Slice(*slice)]
        }
        Plan::Parts(slices) => {
            *headers = representation.whole.clone();
            let parts = Parts::new(slices, length, headers.get(header::CONTENT_TYPE));
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(parts.length()));
            headers.insert(header::CONTENT_TYPE, parts.content_type);
            parts.pieces
        }
    };
    if verb == Verb::Head {
        return Ok(response);
    }
    let file = file.map(Arc::new);
    Ok(response.with_body(body(representation, pieces, file)?))
}

/// The body of these pieces; of none, all of it.
fn body(
    representation: &Representation,
    pieces: Vec<Piece>,
    file: Option<Arc<OpenFile>>,
) -> Result<Body, Error> {
    let source = match (&representation.content, file) {
        (Content::Kept(bytes), _) => Source::Memory {
            bytes: bytes.clone(),
            file: representation.open_file().cloned(),
        },
        (Content::Streamed, Some(file)) => Source::File(file),
        (Content::Streamed, None) => return Err(Error::internal("the file was not opened")),
    };
    Ok(match pieces[..] {
        [] => source.body(0..representation.length),
        [Piece::Slice(Slice { first, last })] => source.body(first..last + 1),
        _ => Body::new(PiecesBody::new(source, pieces)),
    })
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
    let vary = facts.vary().unwrap_or_else(entry::vary);
    error.with_header(header::VARY, vary)
}

fn with_vary(error: Error, facts: &Facts) -> Error {
    match facts.vary() {
        Some(vary) => error.with_header(header::VARY, vary),
        None => error,
    }
}

/// Text that is known to be ASCII as a header value.
fn ascii(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
