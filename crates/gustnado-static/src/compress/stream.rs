//! A body that is coded piece by piece as it comes. What came is on its way before the next is waited
//! for, so that events stay live. It must not know heads.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use gustnado_core::{Body, BoxError};
use http::HeaderMap;
use http_body::{Body as _, Frame};
use tokio::{
    sync::OwnedSemaphorePermit,
    task::{JoinHandle, spawn_blocking},
};

use super::{
    limits::{PIECE, STEP},
    pool::Pooled,
};

/// A body that is coded piece by piece as it comes.
pub(super) struct Coded {
    body: Body,
    encoder: State,
    /// Came, and not yet coded.
    rest: Bytes,
    /// Coded, and not yet handed over.
    out: Vec<u8>,
    /// Written and not flushed: it may still be inside the encoder.
    inside: usize,
    /// Coded on this thread since the task last waited.
    done_here: usize,
    /// How much of that there may be.
    inline: usize,
    trailers: Option<HeaderMap>,
    /// One of the streams that are coded at once.
    _turn: OwnedSemaphorePermit,
}

enum State {
    Here(Pooled),
    /// At work on a thread for what blocks.
    Away(JoinHandle<io::Result<(Option<Pooled>, Vec<u8>)>>),
    Ended,
}

/// What follows a piece.
#[derive(Clone, Copy)]
enum Then {
    More,
    Flush,
    Finish,
}

impl Coded {
    pub(super) fn new(
        body: Body,
        encoder: Pooled,
        inline: usize,
        turn: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            body,
            encoder: State::Here(encoder),
            rest: Bytes::new(),
            out: Vec::new(),
            inside: 0,
            done_here: 0,
            inline,
            trailers: None,
            _turn: turn,
        }
    }

    /// Has a piece coded: here if it is small, else elsewhere.
    fn code(&mut self, encoder: Pooled, piece: Bytes, then: Then) -> io::Result<()> {
        let mut work = piece.len();
        if !matches!(then, Then::More) {
            // A flush is where most of the work on what is inside is done.
            work += std::mem::take(&mut self.inside);
        } else {
            self.inside += work;
        }
        if self.done_here + work <= self.inline {
            self.done_here += work;
            let encoder = run(encoder, &piece, then, &mut self.out)?;
            self.encoder = encoder.map_or(State::Ended, State::Here);
            return Ok(());
        }
        let mut out = std::mem::take(&mut self.out);
        self.encoder = State::Away(spawn_blocking(move || {
            let encoder = run(encoder, &piece, then, &mut out)?;
            Ok((encoder, out))
        }));
        Ok(())
    }

    /// The encoder, once it is here; none when the body has ended.
    fn poll_encoder(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Pooled>>> {
        if let State::Away(work) = &mut self.encoder {
            let done = ready!(Pin::new(work).poll(cx));
            self.encoder = State::Ended;
            self.done_here = 0;
            let (encoder, out) = done.map_err(io::Error::other)??;
            self.out = out;
            self.encoder = encoder.map_or(State::Ended, State::Here);
        }
        Poll::Ready(Ok(
            match std::mem::replace(&mut self.encoder, State::Ended) {
                State::Here(encoder) => Some(encoder),
                State::Away(_) | State::Ended => None,
            },
        ))
    }

    fn take_out(&mut self) -> Frame<Bytes> {
        Frame::data(Bytes::from(std::mem::take(&mut self.out)))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Frame<Bytes>>, BoxError>> {
        loop {
            let Some(encoder) = ready!(self.poll_encoder(cx))? else {
                if !self.out.is_empty() {
                    return Poll::Ready(Ok(Some(self.take_out())));
                }
                return Poll::Ready(Ok(self.trailers.take().map(Frame::trailers)));
            };
            if self.out.len() >= PIECE {
                self.encoder = State::Here(encoder);
                return Poll::Ready(Ok(Some(self.take_out())));
            }
            if !self.rest.is_empty() {
                let length = self.rest.len().min(STEP);
                let piece = self.rest.split_to(length);
                self.code(encoder, piece, Then::More)?;
                continue;
            }
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) => {
                        self.rest = piece;
                        self.encoder = State::Here(encoder);
                    }
                    Err(frame) => {
                        self.trailers = frame.into_trailers().ok();
                        self.code(encoder, Bytes::new(), Then::Finish)?;
                    }
                },
                Poll::Ready(None) => self.code(encoder, Bytes::new(), Then::Finish)?,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                Poll::Pending if self.inside > 0 => {
                    self.code(encoder, Bytes::new(), Then::Flush)?;
                }
                Poll::Pending => {
                    self.encoder = State::Here(encoder);
                    self.done_here = 0;
                    if self.out.is_empty() {
                        return Poll::Pending;
                    }
                    return Poll::Ready(Ok(Some(self.take_out())));
                }
            }
        }
    }
}

fn run(
    mut encoder: Pooled,
    piece: &[u8],
    then: Then,
    out: &mut Vec<u8>,
) -> io::Result<Option<Pooled>> {
    encoder.write(piece, out)?;
    match then {
        Then::More => {}
        Then::Flush => encoder.flush(out)?,
        Then::Finish => {
            encoder.finish(out)?;
            return Ok(None);
        }
    }
    Ok(Some(encoder))
}

impl http_body::Body for Coded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.poll_next(cx).map(Result::transpose)
    }
}
