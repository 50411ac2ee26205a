//! The bytes of a request or a response: none, all at once, from the wire, or a stream. It must
//! not know what they mean.

use std::{
    any::Any,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;

use crate::{
    endless::Endless,
    error::{BadInput, BoxError, Error, Part},
    stop::Stop,
};

/// The bytes of a request or a response.
#[derive(Default)]
pub struct Body(Kind);

#[derive(Default)]
enum Kind {
    #[default]
    Empty,
    Full(Bytes),
    Incoming(Incoming),
    Boxed(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>),
    Endless(Endless),
}

impl Body {
    /// No bytes.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Kind::Empty)
    }

    /// Any [`http_body::Body`].
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // One that is such a body already, as that of another application is, stays what it is.
        let mut body = Some(body);
        if let Some(same) = (&mut body as &mut dyn Any).downcast_mut::<Option<Self>>() {
            return same.take().unwrap_or_default();
        }
        body.map_or_else(Self::empty, |body| {
            Self(Kind::Boxed(Box::pin(MapError { body })))
        })
    }

    /// A stream of chunks. It is asked for the next chunk only when the socket can take it; a
    /// chunk that is an error cuts the answer short, so that the client sees that it is not whole.
    pub fn stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self(Kind::Boxed(Box::pin(Chunks { stream })))
    }

    /// As [`stream`](Self::stream), for one that has no end of its own: when the server stops, the
    /// answer ends as if that were its end. Streams that end by themselves are waited for.
    pub fn endless<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self(Kind::Endless(Endless::new(Chunks { stream })))
    }

    /// Ends what has no end of its own when `stop` begins.
    #[inline]
    pub(crate) fn end_on(&mut self, stop: &Stop) {
        if let Kind::Endless(body) = &mut self.0 {
            body.end_on(stop.stopping());
        }
    }

    pub(crate) fn incoming(incoming: Incoming) -> Self {
        Self(Kind::Incoming(incoming))
    }

    /// The bytes, when they are all here.
    #[must_use]
    pub fn as_full(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// When the peer leaves or breaks the framing.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, BoxError>> {
        loop {
            let frame =
                std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut *self), cx));
            match frame.await? {
                Ok(frame) => match frame.into_data() {
                    Ok(data) => return Some(Ok(data)),
                    Err(_trailers) => {}
                },
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// All the bytes, at most `limit` of them.
    ///
    /// # Errors
    /// 413 naming the limit when there are more, at once where the length is declared; 400 when
    /// the body ends before it should.
    pub async fn collect(&mut self, limit: usize) -> Result<Bytes, Error> {
        let declared = http_body::Body::size_hint(self).lower();
        if declared > limit as u64 {
            return Err(too_large(limit));
        }
        let Some(first) = self.chunk().await else {
            return Ok(Bytes::new());
        };
        let first = first.map_err(cut_short)?;
        if first.len() > limit {
            return Err(too_large(limit));
        }
        if http_body::Body::is_end_stream(self) {
            return Ok(first);
        }
        let mut all = BytesMut::from(first);
        while let Some(chunk) = self.chunk().await {
            let chunk = chunk.map_err(cut_short)?;
            if all.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}

fn too_large(limit: usize) -> Error {
    Error::new(413, format!("the body may have at most {limit} bytes"))
}

fn cut_short(source: BoxError) -> Error {
    Error::new(400, "the body could not be read to its end")
        .with_bad_input(BadInput {
            part: Part::Body,
            name: "".into(),
            detail: "it ended early or its framing is broken".into(),
        })
        .with_source(source)
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Empty => Poll::Ready(None),
            Kind::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                self.0 = Kind::Empty;
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Kind::Incoming(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
            Kind::Boxed(body) => body.as_mut().poll_frame(cx),
            Kind::Endless(body) => {
                let frame = ready!(body.poll_frame(cx));
                if frame.is_none() {
                    self.0 = Kind::Empty;
                }
                Poll::Ready(frame)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Empty => true,
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::Incoming(body) => body.is_end_stream(),
            Kind::Boxed(body) => body.is_end_stream(),
            Kind::Endless(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Incoming(body) => body.size_hint(),
            Kind::Boxed(body) => body.size_hint(),
            Kind::Endless(_) => SizeHint::default(),
        }
    }
}

pin_project_lite::pin_project! {
    struct MapError<B> { #[pin] body: B }
}

impl<B> http_body::Body for MapError<B>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.project().body.poll_frame(cx).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

pin_project_lite::pin_project! {
    struct Chunks<S> { #[pin] stream: S }
}

impl<S, E> http_body::Body for Chunks<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let chunk = self.project().stream.poll_next(cx);
        chunk.map(|chunk| chunk.map(|chunk| chunk.map(Frame::data).map_err(Into::into)))
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Full(bytes))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Empty => "Body(empty)",
            Kind::Full(bytes) => return write!(f, "Body({} bytes)", bytes.len()),
            Kind::Incoming(_) => "Body(from the wire)",
            Kind::Boxed(_) => "Body(stream)",
            Kind::Endless(_) => "Body(stream without end)",
        })
    }
}
