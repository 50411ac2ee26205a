//! A verb that was called, and how far it came. It must not know how its inputs are read, nor what becomes
//! of its answer.

use std::{
    fmt,
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
};

use super::running::Running;
use crate::{
    error::Error,
    extract::{BoxFuture, Cx},
    response::Response,
};

/// A verb that was called. What was here at once was read; nothing else has been done.
#[doc(hidden)]
pub enum Called {
    /// It has answered.
    Answered(Response),
    /// It has all its inputs.
    Running(Running),
    /// Something has to be waited for before it can run.
    Waiting(Box<dyn Wait>),
}

/// What reads the inputs that are left, and runs the verb.
#[doc(hidden)]
#[allow(unreachable_pub, reason = "it is a part of what a verb returns")]
pub trait Wait: Send {
    fn wait<'a>(self: Box<Self>, cx: &'a mut Cx) -> BoxFuture<'a, Result<Response, Error>>;
}

impl Called {
    /// Its answer, if it has one without waiting for anything; else what is left to be done.
    #[inline]
    pub(crate) fn at_once(self, task: &mut Context<'_>) -> Result<Result<Response, Error>, Self> {
        match self {
            Self::Answered(response) => Ok(Ok(response)),
            Self::Running(mut running) => match Pin::new(&mut running).poll(task) {
                Poll::Ready(result) => Ok(result),
                Poll::Pending => Err(Self::Running(running)),
            },
            waiting @ Self::Waiting(_) => Err(waiting),
        }
    }

    /// Does what is left.
    pub(crate) async fn finish(self, cx: &mut Cx) -> Result<Response, Error> {
        match self {
            Self::Answered(response) => Ok(response),
            Self::Running(running) => running.await,
            Self::Waiting(waiting) => waiting.wait(cx).await,
        }
    }
}

impl fmt::Debug for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answered(_) => "Called(answered)",
            Self::Running(_) => "Called(running)",
            Self::Waiting(_) => "Called(waiting)",
        })
    }
}
