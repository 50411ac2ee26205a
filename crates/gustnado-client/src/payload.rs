//! The body of an answer as it is read: decoded, bounded in bytes and in time. It must not know
//! connections.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use gustnado_core::Body;
use http::Method;
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep_until};

use crate::{
    arriving::Arriving,
    deadline::Deadline,
    decode::Decoder,
    error::{Error, ErrorKind, Phase, Result},
    url::Url,
};

/// What was asked, for whoever is told what failed.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) url: Url,
}

/// The bounds of one body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) bytes: usize,
    pub(crate) between: std::time::Duration,
    pub(crate) deadline: Deadline,
}

/// A body, to be read once.
#[derive(Debug)]
pub(crate) struct Payload {
    arriving: Arriving,
    /// With what came and is not decoded yet.
    decoder: Option<(Decoder, Bytes)>,
    bounds: Bounds,
    /// Bytes that may still come.
    left: usize,
    /// Runs while a byte is waited for; none before the first wait.
    alarm: Option<Pin<Box<Sleep>>>,
    waits: bool,
    failed: bool,
    /// `None` where whoever reads it knows.
    asked: Option<Box<Asked>>,
}

impl Payload {
    pub(crate) fn new(arriving: Arriving, decoder: Option<Decoder>, bounds: Bounds) -> Self {
        Self {
            arriving,
            decoder: decoder.map(|decoder| (decoder, Bytes::new())),
            left: bounds.bytes,
            bounds,
            alarm: None,
            waits: false,
            failed: false,
            asked: None,
        }
    }

    /// The body, to be passed on as it comes; as bytes where all of them are here.
    pub(crate) fn into_body(mut self, asked: Asked) -> Body {
        if self.decoder.is_none()
            && !self.failed
            && let Some(bytes) = self.arriving.take_whole(self.left)
        {
            return bytes.into();
        }
        self.asked = Some(Box::new(asked));
        Body::new(self)
    }

    /// As it comes from the connection.
    pub(crate) fn into_arriving(self) -> Arriving {
        self.arriving
    }

    /// Another bound on its bytes, those that came already not counted.
    pub(crate) fn set_limit(&mut self, bytes: usize) {
        self.bounds.bytes = bytes;
        self.left = bytes;
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        loop {
            let frame =
                std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut *self), cx));
            match frame.await {
                None => return Ok(None),
                Some(frame) => {
                    if let Ok(data) = frame?.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        if self.decoder.is_none() && self.arriving.size_hint().lower() > self.left as u64 {
            return Poll::Ready(Some(Err(self.too_large())));
        }
        loop {
            if let Some((decoder, input)) = &mut self.decoder {
                let before = input.len();
                let decoded = decoder.step(input).map_err(not_decoded)?;
                if !decoded.is_empty() {
                    return Poll::Ready(Some(self.count(Frame::data(decoded))));
                }
                if !input.is_empty() {
                    if input.len() == before {
                        return Poll::Ready(Some(Err(not_decoded("it goes on behind its end"))));
                    }
                    continue;
                }
            }
            let Some(frame) = ready!(self.poll_arriving(cx)?) else {
                if self
                    .decoder
                    .as_ref()
                    .is_some_and(|(decoder, _)| !decoder.may_end())
                {
                    return Poll::Ready(Some(Err(not_decoded("it ends too early"))));
                }
                return Poll::Ready(None);
            };
            match (&mut self.decoder, frame.into_data()) {
                (Some((_, input)), Ok(data)) => *input = data,
                (None, Ok(data)) => return Poll::Ready(Some(self.count(Frame::data(data)))),
                (_, Err(other)) => return Poll::Ready(Some(Ok(other))),
            }
        }
    }

    /// What comes from the connection, or the time-out that passed meanwhile.
    fn poll_arriving(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Frame<Bytes>>>> {
        if let Poll::Ready(frame) = self.arriving.poll_frame(cx) {
            self.waits = false;
            return Poll::Ready(frame.transpose());
        }
        let Bounds {
            between, deadline, ..
        } = self.bounds;
        if !self.waits {
            let end = deadline.phase(between);
            match &mut self.alarm {
                Some(alarm) => alarm.as_mut().reset(end),
                None => self.alarm = Some(Box::pin(sleep_until(end))),
            }
            self.waits = true;
        }
        if let Some(alarm) = &mut self.alarm {
            ready!(alarm.as_mut().poll(cx));
        }
        Poll::Ready(Err(deadline.passed(Phase::BetweenBytes, between)))
    }

    fn count(&mut self, frame: Frame<Bytes>) -> Result<Frame<Bytes>> {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| self.too_large())?;
        Ok(frame)
    }

    fn too_large(&self) -> Error {
        let most = self.bounds.bytes;
        Error::new(
            ErrorKind::TooLarge,
            format!("the answer has more than {most} bytes (`body`)"),
        )
    }
}

fn not_decoded(source: impl Into<gustnado_core::BoxError>) -> Error {
    Error::new(ErrorKind::Decode, "the answer's content coding is broken").with_source(source)
}

impl http_body::Body for Payload {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        if self.failed {
            return Poll::Ready(None);
        }
        let frame = ready!(self.poll(cx));
        let Some(Err(error)) = frame else {
            return Poll::Ready(frame);
        };
        self.failed = true;
        Poll::Ready(Some(Err(match &self.asked {
            Some(asked) => error.of(&asked.method, &asked.url),
            None => error,
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.decoder.is_none() && self.arriving.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.decoder.is_some() {
            SizeHint::default()
        } else {
            self.arriving.size_hint()
        }
    }
}
