//! A request as it is put together. What is wrong with it is kept until it is sent, so that one `?` is
//! enough. It must not know how it is sent.

use std::time::Duration;

use gustnado_core::Body;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde_core::Serialize;

use crate::{
    auth::{basic, secret},
    call::{Call, Lines, Source},
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
    /// Or the first thing that is wrong. In a box, as each step moves it.
    call: Result<Box<Call>>,
    limits: Option<Box<Limits>>,
}

impl RequestBuilder {
    pub(crate) fn to(engine: Engine, method: Method, url: Result<Url>) -> Self {
        let call = url.map(|url| Box::new(Call::new(method, url)));
        Self {
            engine,
            call,
            limits: None,
        }
    }

    /// Adds a header field; one of the same name stays beside it.
    pub fn header<N, V>(self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        let field = match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => Ok((name, value)),
            (Err(_), _) => Err(Error::invalid("a header field has a name that is none")),
            (Ok(name), Err(_)) => Err(Error::invalid(format!(
                "`{name}` has a value that cannot be sent"
            ))),
        };
        self.with(|call| {
            let (name, value) = field?;
            call.headers.append(name, value);
            Ok(())
        })
    }

    /// Adds header fields, beside those of the same names.
    pub fn headers(self, fields: HeaderMap) -> Self {
        self.with(|call| {
            if call.headers.is_empty() {
                call.headers = fields;
            } else {
                append(&mut call.headers, fields);
            }
            Ok(())
        })
    }

    /// Says all header fields as lines of HTTP/1, each with its end; and the host, if it is not the URL's.
    /// They are names and values that are such, and say nothing of the host, the connection or the
    /// length of the body. For gateways.
    #[doc(hidden)]
    pub fn lines(self, text: Vec<u8>, host: Option<HeaderValue>) -> Self {
        self.with(|call| {
            call.lines = Some(Lines { text, host });
            Ok(())
        })
    }

    /// Adds pairs to the query: of a slice of pairs, a map, or a struct.
    pub fn query(self, pairs: &(impl Serialize + ?Sized)) -> Self {
        let pairs = serde_urlencoded::to_string(pairs)
            .map_err(|error| Error::invalid("the query cannot be written").with_source(error));
        self.with(|call| call.url.add_query(&pairs?))
    }

    /// Sends a value as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        let json = serde_json::to_vec(value).map_err(|error| {
            Error::invalid("the body cannot be written as JSON").with_source(error)
        });
        self.typed("application/json", json.map(Body::from))
    }

    /// Sends pairs as a form: of a slice of pairs, a map, or a struct.
    pub fn form(self, pairs: &(impl Serialize + ?Sized)) -> Self {
        let form = serde_urlencoded::to_string(pairs)
            .map_err(|error| Error::invalid("the form cannot be written").with_source(error));
        self.typed("application/x-www-form-urlencoded", form.map(Body::from))
    }

    /// Sends bytes, text, or a stream by [`Body::stream`]. A stream is read as fast as the other side
    /// takes it, and can be sent only once: neither again, nor on to where a redirect leads.
    pub fn body(self, body: impl Into<Body>) -> Self {
        let body = body.into();
        self.with(|call| {
            call.body = Source::from(body);
            Ok(())
        })
    }

    /// Says who we are by name and password (RFC 7617).
    pub fn basic_auth(self, name: &str, password: &str) -> Self {
        self.with(|call| {
            if name.contains(':') {
                let detail = "a name for basic authentication has no colon";
                return Err(Error::invalid(detail));
            }
            call.headers.insert(AUTHORIZATION, basic(name, password));
            Ok(())
        })
    }

    /// Says who we are by a token (RFC 6750).
    pub fn bearer_auth(self, token: &str) -> Self {
        self.with(|call| {
            let value = secret(&format!("Bearer {token}"));
            let value = value
                .ok_or_else(|| Error::invalid("the token has characters that cannot be sent"))?;
            call.headers.insert(AUTHORIZATION, value);
            Ok(())
        })
    }

    /// Carries a trace on, from the header fields of the request that is being answered: `traceparent` and
    /// `tracestate` (W3C Trace Context, section 2), as they are.
    pub fn trace(self, from: &HeaderMap) -> Self {
        self.with(|call| {
            for name in ["traceparent", "tracestate"] {
                call.headers.remove(name);
                for value in from.get_all(name) {
                    let name = HeaderName::from_static(name);
                    call.headers.append(name, value.clone());
                }
            }
            Ok(())
        })
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
            call,
            limits,
        } = self;
        // One allocation, and small futures for whoever awaits it.
        Box::pin(engine.send(call?, limits)).await
    }

    fn typed(self, content_type: &'static str, body: Result<Body>) -> Self {
        self.with(|call| {
            call.body = Source::from(body?);
            let value = HeaderValue::from_static(content_type);
            call.headers.entry(CONTENT_TYPE).or_insert(value);
            Ok(())
        })
    }

    /// Changes the call, unless there is something wrong already.
    fn with(mut self, change: impl FnOnce(&mut Call) -> Result<()>) -> Self {
        if let Ok(call) = &mut self.call
            && let Err(error) = change(call)
        {
            self.call = Err(error.of(&call.method, &call.url));
        }
        self
    }
}

/// Adds fields beside those of the same names.
fn append(headers: &mut HeaderMap, fields: HeaderMap) {
    let mut last = None;
    for (name, value) in fields {
        last = name.or(last);
        if let Some(name) = &last {
            headers.append(name.clone(), value);
        }
    }
}
