//! The body of a request over HTTP/2 as it arrives: how long its reader waits for it. It must not
//! know what reads it.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::{
    connection::{
        alarm::Alarm,
        clock::{Clock, Vitals},
        pace::Pace,
    },
    error::BoxError,
    late::TooSlow,
};

/// A body on its way in.
#[derive(Debug)]
pub(super) struct Arriving {
    body: Incoming,
    pace: Pace,
    late: Option<TooSlow>,
    alarm: Alarm,
    vitals: Arc<Vitals>,
}

impl Arriving {
    pub(super) fn new(body: Incoming, vitals: Arc<Vitals>, clock: Arc<Clock>) -> Self {
        vitals.note_body();
        Self {
            body,
            pace: Pace::default(),
            late: None,
            alarm: Alarm::new(clock),
            vitals,
        }
    }

    /// The reader waits.
    fn wait(&mut self, cx: &Context<'_>) -> Option<TooSlow> {
        let limits = self.vitals.app.limits();
        let wait = self.pace.wait(self.alarm.clock(), limits);
        if self.alarm.poll(wait.due, cx) {
            self.late = Some(wait.late);
        }
        self.late
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(late) = self.late {
            return Poll::Ready(Some(Err(late.into())));
        }
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let this = &mut *self;
                this.pace.came(length, this.alarm.clock());
            }
            Poll::Ready(None | Some(Err(_))) => {}
            Poll::Pending => {
                if let Some(late) = self.wait(cx) {
                    return Poll::Ready(Some(Err(late.into())));
                }
            }
        }
        frame.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
