//! A request as it came: head, body and peer. It must not know routes, and nothing is decoded.

use std::{net::SocketAddr, sync::Arc};

use http::{
    HeaderMap, HeaderValue, Method, Uri, Version,
    header::{self, HeaderName},
    request::Parts,
};

use crate::{
    arrival::Arrival,
    body::Body,
    cookie,
    head::{Head, Target},
    spare::Spare,
};

thread_local! {
    static SPARE: Spare<Request> = const { Spare::new() };
}

/// The header field that names a request in the log, both ways.
pub(crate) const X_REQUEST_ID: &str = "x-request-id";

/// A request as it came: head, body and peer.
///
/// It is one pointer: on its way it is moved from future to future, and a head has 300 bytes.
#[derive(Debug)]
pub struct Request(Box<Inner>);

#[derive(Debug)]
struct Inner {
    head: Head,
    body: Body,
    origin: Origin,
}

/// What is known of a request besides what it says. It goes where the request goes, also by way of
/// an `http::Request`, which has no place for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub(crate) arrival: Arrival,
    /// Whether lines can be written at the end of its answer's head; see
    /// [`Defaults`](crate::defaults::Defaults).
    pub(crate) lines: bool,
    /// Whether it asks for another protocol, and its connection can have one.
    pub(crate) upgradable: bool,
    /// What the log calls it, where somebody wanted to know before it was asked for.
    pub(crate) id: Option<Arc<str>>,
}

impl Request {
    /// A request from its parts.
    #[must_use]
    pub fn new(head: Parts, body: Body, peer: Option<SocketAddr>) -> Self {
        let secure = false;
        Self::arrived(head, body, Arrival { peer, secure })
    }

    pub(crate) fn arrived(head: Parts, body: Body, arrival: Arrival) -> Self {
        let mut request = Self::blank();
        let inner = &mut *request.0;
        inner.head.tell(head);
        inner.body = body;
        inner.origin.arrival = arrival;
        request
    }

    pub(crate) fn of(head: Parts, body: Body, origin: Origin) -> Self {
        let head = head.into();
        Self(Box::new(Inner { head, body, origin }))
    }

    /// One without content, to be filled.
    #[inline]
    pub(crate) fn blank() -> Self {
        SPARE.with(Spare::take).unwrap_or_else(|| {
            Self(Box::new(Inner {
                head: Head::blank(),
                body: Body::empty(),
                origin: Origin::default(),
            }))
        })
    }

    /// The head, to fill where it is blank.
    #[inline]
    pub(crate) fn raw_head_mut(&mut self) -> &mut Head {
        &mut self.0.head
    }

    /// The head, as far as it is understood.
    #[inline]
    pub(crate) fn raw_head(&self) -> &Head {
        &self.0.head
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.0.origin
    }

    pub(crate) fn origin_mut(&mut self) -> &mut Origin {
        &mut self.0.origin
    }

    /// What is left of it when it is given away and may have to be answered for: all of its head
    /// if `whole`, else what the framework's own answers look at, without allocating.
    pub(crate) fn outline(&self, whole: bool) -> Outline {
        if whole {
            let whole = (self.head().clone(), self.0.origin.clone());
            return Outline::Whole(Box::new(whole));
        }
        let head = &self.0.head;
        Outline::Brief {
            method: self.method().clone(),
            target: head.target(),
            headers: BRIEF.each_ref().map(|name| head.value(name)),
            id: self.0.origin.id.clone(),
        }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.0.head.method()
    }

    /// The target.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.head().uri
    }

    /// The path of the target, percent-encoded as it came.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.head.path()
    }

    /// The query string, without its `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.0.head.query()
    }

    /// The version of the protocol.
    #[must_use]
    pub fn version(&self) -> Version {
        self.0.head.version()
    }

    /// The header fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.head().headers
    }

    /// The values of a header field, one for each line of it, in the order they came. For one field this
    /// is less work than [`headers`](Self::headers), which makes a map of all of them.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// use gustnado::{Body, Request};
    ///
    /// let request = http::Request::get("/").header("accept", "text/html").body(Body::empty())?;
    /// let request = Request::from(request);
    /// assert_eq!(request.header_values("Accept").next(), Some(&b"text/html"[..]));
    /// # Ok::<_, http::Error>(())
    /// ```
    pub fn header_values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r [u8]> {
        self.0.head.values(name)
    }

    /// The values of a cookie, in the order they came.
    pub(crate) fn cookie_values<'r>(&'r self, name: &str) -> impl Iterator<Item = &'r [u8]> {
        cookie::values(self.header_values(header::COOKIE.as_str()), name)
    }

    /// The value of a cookie. Of several with its name it is the first, which has the most specific
    /// path (RFC 6265 section 5.4); one that is not UTF-8 counts as none.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let value = self.cookie_values(name).next()?;
        std::str::from_utf8(value).ok()
    }

    /// The address at the other end of the connection, where it has one.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        self.0.origin.arrival.peer
    }

    /// Whether it came over a connection that nobody between could read or change, as far as this
    /// server has seen to it.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.origin.arrival.secure
    }

    /// The head: method, target, version and header fields.
    #[must_use]
    pub fn head(&self) -> &Parts {
        self.0.head.parts()
    }

    /// The body, to read from.
    pub fn body_mut(&mut self) -> &mut Body {
        &mut self.0.body
    }

    /// Takes the body, leaving an empty one.
    pub fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.0.body)
    }

    /// Takes the body and lets go of all else, which makes room for another request.
    #[must_use]
    pub fn into_body(mut self) -> Body {
        let body = self.take_body();
        self.recycle();
        body
    }

    /// Lets go of it, and makes room for another. Whatever of it holds bytes that were read goes at once.
    pub(crate) fn recycle(mut self) {
        let Inner { head, body, origin } = &mut *self.0;
        if !head.clear() {
            return;
        }
        *body = Body::empty();
        *origin = Origin::default();
        SPARE.with(|spare| spare.keep(self));
    }
}

/// What is left of a request that was given away.
#[derive(Clone)]
pub(crate) enum Outline {
    Whole(Box<(Parts, Origin)>),
    Brief {
        method: Method,
        target: Target,
        headers: [Option<HeaderValue>; 2],
        id: Option<Arc<str>>,
    },
}

/// The fields that the framework's own answers to errors look at.
const BRIEF: [HeaderName; 2] = [header::ACCEPT, HeaderName::from_static(X_REQUEST_ID)];

impl From<Outline> for Request {
    fn from(outline: Outline) -> Self {
        let (method, uri, headers, id) = match outline {
            Outline::Whole(whole) => {
                let (head, origin) = *whole;
                return Self::of(head, Body::empty(), origin);
            }
            Outline::Brief {
                method,
                target,
                headers,
                id,
            } => (method, target.into_uri(), headers, id),
        };
        let mut request = http::Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let fields = BRIEF.into_iter().zip(headers);
        let fields = fields.filter_map(|(name, value)| Some((name, value?)));
        request.headers_mut().extend(fields);
        let mut request = Self::from(request);
        request.0.origin.id = id;
        request
    }
}

impl From<http::Request<Body>> for Request {
    fn from(request: http::Request<Body>) -> Self {
        let (head, body) = request.into_parts();
        Self::new(head, body, None)
    }
}

impl From<Request> for http::Request<Body> {
    fn from(request: Request) -> Self {
        let Inner { head, body, .. } = *request.0;
        Self::from_parts(head.into_parts(), body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_request_is_in_the_next() {
        let mut request = Request::blank();
        let bytes = b"PUT /secret?a HTTP/1.0\r\ncookie: secret\r\n\r\n";
        let head = request.raw_head_mut();
        let target = std::str::from_utf8(&bytes[4..13]).unwrap();
        let filled = head.fill(bytes, Method::PUT, target, Version::HTTP_10);
        filled.unwrap();
        head.field(bytes, &bytes[24..30], &bytes[32..38]);
        assert_eq!(request.headers()[header::COOKIE], "secret");
        *request.body_mut() = Body::from("secret");
        let origin = request.origin_mut();
        (origin.lines, origin.upgradable) = (true, true);
        origin.id = Some("secret".into());
        let at = std::ptr::from_ref(&*request.0);
        request.recycle();
        let next = Request::blank();
        assert_eq!(at, std::ptr::from_ref(&*next.0), "a box of its own");
        let fresh = Request::from(http::Request::new(Body::empty()));
        assert_eq!(format!("{next:?}"), format!("{fresh:?}"));
    }
}
