//! Who may have a file: what is asked of a program before one is looked for, and what its word means
//! for caches. It must not know files.

use gustnado_core::{Error, Request, Response};
use http::{HeaderMap, HeaderValue, header};

use crate::policy;

/// A request for a file, as [`StaticFiles::validate`](crate::StaticFiles::validate) sees it, before
/// the file is looked for.
#[derive(Debug, Clone, Copy)]
pub struct FileRequest<'a> {
    path: &'a str,
    request: &'a Request,
}

/// For whom an answer is: the word of [`StaticFiles::validate`](crate::StaticFiles::validate).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everybody gets the same, and shared caches may keep it.
    Everyone,
    /// It was decided by who is asking, such as by a cookie. The answer says `private, no-cache`,
    /// unless the policy of the file has `private` or `no-store` itself.
    ThisClient,
}

/// Says for whom an answer is, or refuses it.
pub(super) type Validate = dyn Fn(&FileRequest<'_>) -> Result<Audience, Error> + Send + Sync;

impl<'a> FileRequest<'a> {
    pub(super) fn new(path: &'a str, request: &'a Request) -> Self {
        Self { path, request }
    }

    /// The path below the folder, decoded, with `/` between its parts and none before: that of the
    /// index file where a folder is asked for with a slash at its end, and without an index that of
    /// the folder, with the slash.
    ///
    /// There is one way to write it, but for file systems that ignore case. A file in another coding
    /// beside its original, such as `a.html.gz`, has a path of its own: go by folders.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// The header fields of the request.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.request.headers()
    }

    /// The value of a cookie; see [`Request::cookie`].
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        self.request.cookie(name)
    }
}

impl Audience {
    /// The answer, for this audience.
    pub(super) fn mark(self, answer: Result<Response, Error>) -> Result<Response, Error> {
        match (self, answer) {
            (Self::Everyone, answer) => answer,
            (Self::ThisClient, Ok(mut response)) => {
                policy::for_one(response.headers_mut());
                Ok(response)
            }
            (Self::ThisClient, Err(error)) => Err(for_one(error)),
        }
    }
}

/// An error that says something about who is asking: a 404 may be kept by caches unless told
/// otherwise (RFC 9111 section 4.2.2).
pub(super) fn for_one(error: Error) -> Error {
    if error.headers().contains_key(header::CACHE_CONTROL) {
        return error;
    }
    error.with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
