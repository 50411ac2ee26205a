//! The bytes of a request or a response: none, all at once, from the wire, or a stream. It must
//! not know what they mean.

use std::{
    any::Any,
    fmt,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http_body::{Body as _, Frame, SizeHint};

use crate::{
    bounded::{Bounded, TooLarge},
    endless::Endless,
    error::{BadInput, BoxError, Error, Part},
    file_range::FileRange,
    late::TooSlow,
    limits::CAUSES,
    open_file::OpenFile,
    stop::Stop,
    written::Written,
};

/// The bytes of a request or a response.
///
/// As an argument of a verb it is the request's body itself, to be read as it comes:
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Body, Error};
///
/// async fn lines(mut body: Body) -> Result<usize, Error> {
///     let mut lines = 0;
///     while let Some(chunk) = body.chunk().await? {
///         lines += chunk.iter().filter(|byte| **byte == b'\n').count();
///     }
///     Ok(lines)
/// }
/// ```
///
/// A request's body carries the bound that holds for it, [`Limits::body`](crate::Limits::body)
/// unless something else was said: whoever reads it, by whatever means, gets no more.
#[derive(Default)]
pub struct Body(Kind);

/// Small, as an answer is moved on its way out: what is large is behind a pointer.
#[derive(Default)]
enum Kind {
    #[default]
    Empty,
    Full(Bytes),
    Written(Written),
    File(Box<FileRange>),
    Incoming(Box<Bounded<FromWire>>),
    Boxed(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>),
    Bounded(Box<Bounded<Body>>),
    Endless(Endless),
}

/// A body as it comes from the wire.
type FromWire = dyn http_body::Body<Data = Bytes, Error = BoxError> + Send + Unpin;

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

    /// Bytes of an open file: those of the range that there are.
    ///
    /// They are read as the socket can take them, and off the event loop where that waits for the disk.
    /// Over HTTP/1 without TLS on Linux they are not even read: the system sends them from the file
    /// itself (`sendfile`), which costs the least processor time and no memory. A file that changes
    /// while it is sent cuts the answer short, so that the client sees that it is not whole.
    ///
    /// ```no_run
    /// # use gustnado_core as gustnado;
    /// use gustnado::{Body, OpenFile, Response};
    ///
    /// // What opens a file waits for the disk: in a handler, within `spawn_blocking`.
    /// fn report() -> std::io::Result<Response> {
    ///     let file = OpenFile::new(std::fs::File::open("report.pdf")?)?;
    ///     let length = file.length();
    ///     Ok(Response::new(200).with_body(Body::file(file, 0..length)))
    /// }
    /// ```
    pub fn file(file: impl Into<Arc<OpenFile>>, range: Range<u64>) -> Self {
        let file = file.into();
        let end = range.end.min(file.length());
        if range.start >= end {
            return Self::empty();
        }
        let range = FileRange::new(file, range.start..end);
        Self(Kind::File(Box::new(range)))
    }

    /// Bytes that are here and, from `first` on, in an open file, too. They are sent from the file where
    /// the system can do so without reading, and it still is what it was; else as they are here.
    pub fn file_with_copy(file: impl Into<Arc<OpenFile>>, first: u64, copy: Bytes) -> Self {
        let range = FileRange::with_copy(file.into(), first, copy);
        Self(Kind::File(Box::new(range)))
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

    /// One that comes from the wire and is not empty.
    pub(crate) fn incoming<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error = BoxError> + Send + Unpin + 'static,
    {
        Self(Kind::Incoming(Box::new(Bounded::new(body, usize::MAX))))
    }

    /// The bytes, when they are all here and not more than may be.
    #[must_use]
    pub fn as_full(&self) -> Option<&[u8]> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes),
            Kind::Written(bytes) => Some(bytes),
            Kind::File(range) => range.copy().map(|copy| &copy[..]),
            Kind::Bounded(bounded) if !bounded.is_too_large() => bounded.body().as_full(),
            _ => None,
        }
    }

    /// The same bytes as those of [`as_full`](Self::as_full), to keep. They are not copied, but for up to 8 KiB
    /// that were written for this body alone, such as JSON.
    #[must_use]
    pub fn to_full(&self) -> Option<Bytes> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes.clone()),
            Kind::Written(bytes) => Some(Bytes::copy_from_slice(bytes)),
            Kind::File(range) => range.copy().cloned(),
            Kind::Bounded(bounded) if !bounded.is_too_large() => bounded.body().to_full(),
            _ => None,
        }
    }

    /// Takes the bytes, when they are all here.
    #[inline]
    pub(crate) fn take_full(&mut self) -> Option<Bytes> {
        if !matches!(self.0, Kind::Full(_) | Kind::Written(_)) {
            return None;
        }
        match std::mem::take(&mut self.0) {
            Kind::Full(bytes) => Some(bytes),
            Kind::Written(bytes) => Some(bytes.into_bytes()),
            _ => None,
        }
    }

    /// The bytes of a file that it is, for who can have the system send them.
    pub(crate) fn as_file_mut(&mut self) -> Option<&mut FileRange> {
        match &mut self.0 {
            Kind::File(range) => Some(range),
            _ => None,
        }
    }

    /// Sets how many bytes it may have in all, those that came already included. A body that has
    /// more fails instead of giving them: with 413 by [`chunk`](Self::chunk) and
    /// [`collect`](Self::collect), and before it is read at all where its length is declared.
    pub fn set_limit(&mut self, bytes: usize) {
        match &mut self.0 {
            Kind::Empty => {}
            Kind::Full(here) if here.len() <= bytes => {}
            Kind::Written(here) if here.len() <= bytes => {}
            Kind::Incoming(bounded) => bounded.set_limit(bytes),
            Kind::Bounded(bounded) => bounded.set_limit(bytes),
            _ => {
                let bounded = Bounded::new(std::mem::take(self), bytes);
                self.0 = Kind::Bounded(Box::new(bounded));
            }
        }
    }

    /// What the failure of a body means for who sent it, where the body was read as an
    /// [`http_body::Body`]: the error that [`chunk`](Self::chunk) would have given.
    #[must_use]
    pub fn unreadable(source: BoxError) -> Error {
        unreadable(source)
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// 413 naming the limit when more bytes come than the body may have, at once where the length is
    /// declared; 408 when it comes too slowly; 400 when it ends before it should.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let frame = std::future::poll_fn(|cx| Pin::new(&mut *self).poll_frame(cx));
            let Some(frame) = frame.await else {
                return Ok(None);
            };
            match frame.map_err(unreadable)?.into_data() {
                Ok(data) => return Ok(Some(data)),
                Err(_trailers) => {}
            }
        }
    }

    /// All the bytes that are left.
    ///
    /// # Errors
    /// As those of [`chunk`](Self::chunk).
    pub async fn collect(&mut self) -> Result<Bytes, Error> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if self.is_end_stream() {
            return Ok(first);
        }
        let mut all = BytesMut::from(first);
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}

/// What a reader of a body is told when it fails.
pub(crate) fn unreadable(source: BoxError) -> Error {
    if let Some(too_large) = find::<TooLarge>(&*source) {
        return Error::new(413, too_large.to_string());
    }
    if let Some(too_slow) = find::<TooSlow>(&*source) {
        return Error::new(408, too_slow.to_string());
    }
    let detail = "it ended early or its framing is broken";
    Error::new(400, "the body could not be read to its end")
        .with_bad_input(BadInput::new(Part::Body, "", detail))
        .with_source(source)
}

/// Finds it also where a layer has put an error of its own around it.
fn find<'e, E: std::error::Error + 'static>(
    error: &'e (dyn std::error::Error + 'static),
) -> Option<&'e E> {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.take(CAUSES).find_map(|error| error.downcast_ref())
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
            Kind::Full(_) | Kind::Written(_) => {
                let bytes = self.take_full().filter(|bytes| !bytes.is_empty());
                Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
            }
            Kind::File(range) => range.poll_frame(cx),
            Kind::Incoming(body) => Pin::new(body).poll_frame(cx),
            Kind::Boxed(body) => body.as_mut().poll_frame(cx),
            Kind::Bounded(body) => Pin::new(body).poll_frame(cx),
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
            Kind::Written(bytes) => bytes.is_empty(),
            Kind::File(range) => range.remaining() == 0,
            Kind::Incoming(body) => body.is_end_stream(),
            Kind::Boxed(body) => body.is_end_stream(),
            Kind::Bounded(body) => body.is_end_stream(),
            Kind::Endless(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Written(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::File(range) => SizeHint::with_exact(range.remaining()),
            Kind::Incoming(body) => body.size_hint(),
            Kind::Boxed(body) => body.size_hint(),
            Kind::Bounded(body) => body.size_hint(),
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
        text.into_bytes().into()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        if Written::is_kept(bytes.capacity()) {
            return Written::from(bytes).into();
        }
        Bytes::from(bytes).into()
    }
}

impl From<Written> for Body {
    fn from(bytes: Written) -> Self {
        Self(Kind::Written(bytes))
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
            Kind::Written(bytes) => return write!(f, "Body({} bytes)", bytes.len()),
            Kind::File(_) => "Body(of a file)",
            Kind::Incoming(_) => "Body(from the wire)",
            Kind::Boxed(_) => "Body(stream)",
            Kind::Bounded(bounded) => return bounded.body().fmt(f),
            Kind::Endless(_) => "Body(stream without end)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_here_is_not_all_there_where_it_is_more_than_may_be() {
        let mut body = Body::from("hello");
        for (limit, there) in [(5, true), (4, false), (6, true)] {
            body.set_limit(limit);
            assert_eq!(body.as_full().is_some(), there, "{limit}");
        }
    }
}
