//! A request as it is put together. What is wrong with it is kept until it is sent, so that one `?` is
//! enough. It must not know how it is sent.

use std::{fmt, time::Duration};

use gustnado_core::Body;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde_core::Serialize;

use crate::{
    auth::{basic, secret},
    call::{Call, Source},
    engine::Engine,
    error::{Error, Result},
    limits::Limits,
    response::Response,
    url::Url,
};

/// A request that is being put together; [`send`](Self::send) sends it.
#[derive(Debug)]
#[must_use = "a request is not sent before `send`"]
pub struct RequestBuilder {
    engine: Engine,
    method: Method,
    url: Result<Url>,
    headers: HeaderMap,
    body: Body,
    limits: Option<Box<Limits>>,
    /// The first thing that is wrong.
    wrong: Option<Error>,
}

impl RequestBuilder {
    pub(crate) fn new(engine: Engine, method: Method, url: &dyn fmt::Display) -> Self {
        Self {
            engine,
            method,
            url: Url::parse(&url.to_string()),
            headers: HeaderMap::new(),
            body: Body::empty(),
            limits: None,
            wrong: None,
        }
    }

    /// Adds a header field; one of the same name stays beside it.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
            }
            (Err(_), _) => self.fail(Error::invalid("a header field has a name that is none")),
            (Ok(name), Err(_)) => {
                self.fail(Error::invalid(format!(
                    "`{name}` has a value that cannot be sent"
                )));
            }
        }
        self
    }

    /// Adds header fields, beside those of the same names.
    pub fn headers(mut self, fields: HeaderMap) -> Self {
        if self.headers.is_empty() {
            self.headers = fields;
        } else {
            let mut last = None;
            for (name, value) in fields {
                last = name.or(last);
                if let Some(name) = &last {
                    self.headers.append(name.clone(), value);
                }
            }
        }
        self
    }

    /// Adds pairs to the query: of a slice of pairs, a map, or a struct.
    pub fn query(mut self, pairs: &(impl Serialize + ?Sized)) -> Self {
        match (serde_urlencoded::to_string(pairs), &mut self.url) {
            (Ok(pairs), Ok(url)) => {
                if let Err(error) = url.add_query(&pairs) {
                    self.fail(error);
                }
            }
            (Err(error), _) => {
                self.fail(Error::invalid("the query cannot be written").with_source(error));
            }
            (_, Err(_)) => {}
        }
        self
    }

    /// Sends a value as JSON.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.typed("application/json", json.into()),
            Err(error) => {
                self.fail(Error::invalid("the body cannot be written as JSON").with_source(error));
                self
            }
        }
    }

    /// Sends pairs as a form: of a slice of pairs, a map, or a struct.
    pub fn form(mut self, pairs: &(impl Serialize + ?Sized)) -> Self {
        match serde_urlencoded::to_string(pairs) {
            Ok(form) => self.typed("application/x-www-form-urlencoded", form.into()),
            Err(error) => {
                self.fail(Error::invalid("the form cannot be written").with_source(error));
                self
            }
        }
    }

    /// Sends bytes, text, or a stream by [`Body::stream`]. A stream is read as fast as the other side
    /// takes it, and can be sent only once: neither again, nor on to where a redirect leads.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Says who we are by name and password (RFC 7617).
    pub fn basic_auth(mut self, name: &str, password: &str) -> Self {
        if name.contains(':') {
            self.fail(Error::invalid(
                "a name for basic authentication has no colon",
            ));
        }
        self.headers.insert(AUTHORIZATION, basic(name, password));
        self
    }

    /// Says who we are by a token (RFC 6750).
    pub fn bearer_auth(mut self, token: &str) -> Self {
        match secret(&format!("Bearer {token}")) {
            Some(value) => {
                self.headers.insert(AUTHORIZATION, value);
            }
            None => self.fail(Error::invalid(
                "the token has characters that cannot be sent",
            )),
        }
        self
    }

    /// Carries a trace on, from the header fields of the request that is being answered: `traceparent` and
    /// `tracestate` (W3C Trace Context, section 2), as they are.
    pub fn trace(mut self, from: &HeaderMap) -> Self {
        for name in ["traceparent", "tracestate"] {
            self.headers.remove(name);
            for value in from.get_all(name) {
                self.headers
                    .append(HeaderName::from_static(name), value.clone());
            }
        }
        self
    }

    /// Bounds the time of the whole call, [`total_time`](Limits::total_time).
    pub fn timeout(self, total: Duration) -> Self {
        self.limits(|limits| limits.total_time = total)
    }

    /// Bounds the bytes of the answer's body, [`body`](Limits::body).
    pub fn body_limit(self, bytes: usize) -> Self {
        self.limits(|limits| limits.body = bytes)
    }

    /// Sets the bounds of this call. Those of the pool are the client's alone.
    pub fn limits(mut self, set: impl FnOnce(&mut Limits)) -> Self {
        let client = self.engine.limits();
        set(self.limits.get_or_insert_with(|| Box::new(client.clone())));
        self
    }

    /// Sends it, and waits for the head of the answer.
    ///
    /// # Errors
    /// Where the request cannot be made, or there is no answer in time. An answer of whatever status
    /// is none.
    pub async fn send(self) -> Result<Response> {
        let Self {
            engine,
            method,
            url,
            headers,
            body,
            limits,
            wrong,
        } = self;
        if let Some(error) = wrong {
            return Err(match &url {
                Ok(url) => error.of(&method, url),
                Err(_) => error,
            });
        }
        let call = Call {
            method,
            url: url?,
            headers,
            body: Source::from(body),
            decode: false,
            cookies: None,
        };
        // One allocation, and small futures for whoever awaits it.
        Box::pin(engine.send(call, limits)).await
    }

    fn typed(mut self, content_type: &'static str, body: Body) -> Self {
        let value = HeaderValue::from_static(content_type);
        self.headers.entry(CONTENT_TYPE).or_insert(value);
        self.body = body;
        self
    }

    fn fail(&mut self, error: Error) {
        self.wrong.get_or_insert(error);
    }
}
