//! An answer: its head, and its body to be read in one of several ways. It must not know how it
//! came.

use std::sync::{Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use gustnado_core::{Body, Upgraded, fields::Fields};
use http::{HeaderMap, StatusCode, Version, header::CONTENT_TYPE, response::Parts};
use serde_core::de::DeserializeOwned;

use crate::{
    error::{Error, ErrorKind, Result},
    head::Head,
    payload::{Asked, Payload},
    wire::Wire,
};

/// An answer, whatever its status: one that is not 2xx is an error only where
/// [`error_for_status`](Self::error_for_status) asks for that.
///
/// Its body comes while it is read. Read it to its end, and its connection is used again; drop it
/// before, and the connection is closed, unless all of the body is here already.
#[derive(Debug)]
pub struct Response {
    head: Head,
    /// Never locked: it makes of what one task may have what several may look at.
    payload: Mutex<Payload>,
    asked: Asked,
}

impl Response {
    pub(crate) fn new(head: Head, payload: Payload, asked: Asked) -> Self {
        Self {
            head,
            payload: Mutex::new(payload),
            asked,
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The header fields. Where the body was decompressed, those that said how are gone.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.head.headers()
    }

    /// The text of a header field; `None` where it is not there, or not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The version of HTTP that it came by.
    #[must_use]
    pub fn version(&self) -> Version {
        self.head.version
    }

    /// The URL that answered, behind all redirects.
    #[must_use]
    pub fn url(&self) -> String {
        let url = &self.asked.url;
        format!("{}{}", url.origin, url.target)
    }

    /// An error if the status is 4xx or 5xx, else the answer itself.
    ///
    /// # Errors
    /// [`ErrorKind::Status`] for 4xx and 5xx.
    pub fn error_for_status(self) -> Result<Self> {
        let status = self.head.status;
        if status.is_client_error() || status.is_server_error() {
            let error = Error::new(ErrorKind::Status(status), format!("the answer is {status}"));
            return Err(self.told(error));
        }
        Ok(self)
    }

    /// Bounds the bytes of the body anew, after decompression.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.payload().set_limit(bytes);
        self
    }

    /// The next piece of the body, as it comes; `None` at the end.
    ///
    /// # Errors
    /// Where the body does not come in time, or whole, or has more bytes than it may.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let chunk = self.payload().chunk().await;
        chunk.map_err(|error| self.told(error))
    }

    /// The whole body.
    ///
    /// # Errors
    /// As those of [`chunk`](Self::chunk).
    pub async fn bytes(mut self) -> Result<Bytes> {
        self.all().await
    }

    async fn all(&mut self) -> Result<Bytes> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        let Some(second) = self.chunk().await? else {
            return Ok(first);
        };
        let mut all = BytesMut::from(first);
        all.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// The whole body as text. It is UTF-8 unless the answer says ISO-8859-1; what is not becomes
    /// U+FFFD.
    ///
    /// # Errors
    /// As those of [`chunk`](Self::chunk).
    pub async fn text(self) -> Result<String> {
        let content_type = self.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let latin = content_type.is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("charset=iso-8859-1") || value.contains("charset=\"iso-8859-1\"")
        });
        let bytes = self.bytes().await?;
        if latin {
            return Ok(bytes.iter().map(|byte| char::from(*byte)).collect());
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The whole body as a value, out of JSON.
    ///
    /// # Errors
    /// As those of [`chunk`](Self::chunk), and [`ErrorKind::Decode`] where it is not such a value.
    pub async fn json<T: DeserializeOwned>(mut self) -> Result<T> {
        let bytes = self.all().await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            let detail = format!("the answer's JSON is not what was expected: {error}");
            self.told(Error::new(ErrorKind::Decode, detail).with_source(error))
        })
    }

    /// The body as what an answer of ours can have, to be passed on as it comes.
    #[must_use]
    pub fn into_body(self) -> Body {
        self.into_parts().1
    }

    /// Head and body apart, to be passed on as they come.
    #[must_use]
    pub fn into_parts(self) -> (Parts, Body) {
        let (head, body) = self.apart();
        (head.into_parts(), body)
    }

    /// The header fields as they came over HTTP/1.
    #[doc(hidden)]
    #[must_use]
    pub fn fields(&self) -> Option<&Fields> {
        self.head.came()
    }

    /// Those and the body apart.
    #[doc(hidden)]
    #[must_use]
    pub fn into_fields(self) -> (Fields, Body) {
        let (head, body) = self.apart();
        (head.into_came(), body)
    }

    fn apart(self) -> (Head, Body) {
        let payload = self.payload.into_inner();
        let payload = payload.unwrap_or_else(PoisonError::into_inner);
        (self.head, payload.into_body(self.asked))
    }

    /// The connection itself, where this is the 101 that a request with `Upgrade` asked for; it goes on
    /// with the protocol that the answer names. None of the client's time-outs hold for it any more. It
    /// counts as one of the pool's until it is dropped, which closes it. Over HTTP/2 there is no such
    /// answer.
    #[must_use]
    pub fn into_upgraded(self) -> Option<Upgraded> {
        let payload = self.payload.into_inner();
        let payload = payload.unwrap_or_else(PoisonError::into_inner);
        let one = payload.into_arriving().into_switched()?;
        let (wire, first, slot) = one.into_wire();
        let upgraded = match wire {
            Wire::Plain(plain) => Upgraded::new(plain, first),
            Wire::Tls(stream) => Upgraded::new(stream, first),
        };
        Some(upgraded.with_guard(slot))
    }

    fn payload(&mut self) -> &mut Payload {
        self.payload
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, error: Error) -> Error {
        error.of(&self.asked.method, &self.asked.url)
    }
}
