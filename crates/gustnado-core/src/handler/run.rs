//! The life of a handler's instance, from its fields to its verb. Every line of what is generic
//! here is compiled once a verb, so there are few.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{called::Called, contract::Verbs, outcome::Outcome, running::Running};
use crate::{
    error::Error,
    extract::{BoxFuture, Cx, Slots, fill_body, fill_body_now, fill_plain, fill_rest, unfilled},
    response::Response,
};

/// The life of a handler's instance: read the fields, make it, prepare it, read the body, call the
/// verb. What needs nobody to be waited for is done at once.
///
/// It boxes the future itself: that it can be sent is proved here, once, and not for each verb.
///
/// # Errors
/// When an input that is here at once is not what is wanted.
#[doc(hidden)]
pub fn run<H, A, F, R>(cx: &mut Cx, mut args: A, verb: F) -> Result<Called, Error>
where
    H: Verbs,
    A: Slots,
    F: FnOnce(H, A::Values) -> R + Send + 'static,
    R: Future<Output = Result<Response, Error>> + Send + 'static,
{
    let mut fields = H::slots();
    let mut left = fill_plain(cx, &mut fields, &mut args)?;
    let waits = left.more() || H::PREPARES;
    if !waits && (!left.body() || fill_body_now(cx, &mut args)?) {
        let this = H::make(fields.take().ok_or_else(unfilled)?);
        let future = verb(this, args.take().ok_or_else(unfilled)?);
        return Ok(Called::Running(Running::new(future)));
    }
    Ok(Called::waiting(move |cx| {
        Box::pin(async move {
            if left.more() {
                fill_rest(cx, &mut left, &mut fields, &mut args).await?;
            }
            let mut this = H::make(fields.take().ok_or_else(unfilled)?);
            if let Some(answer) = this.prepare().await? {
                return Ok(answer);
            }
            if left.body() {
                fill_body(cx, &mut args).await?;
            }
            verb(this, args.take().ok_or_else(unfilled)?).await
        })
    }))
}

/// The same for a handler with `on_finish`: its instance outlives the verb, which borrows it, and
/// is told the outcome whatever it is.
///
/// # Errors
/// As those of [`run`].
#[doc(hidden)]
pub fn run_to_finish<H, A, F>(cx: &mut Cx, mut args: A, verb: F) -> Result<Called, Error>
where
    H: Verbs,
    A: Slots,
    F: for<'h> FnOnce(&'h mut H, A::Values) -> BoxFuture<'h, Result<Response, Error>>,
    F: Send + 'static,
{
    let mut fields = H::slots();
    let mut left = fill_plain(cx, &mut fields, &mut args)?;
    Ok(Called::waiting(move |cx| {
        Box::pin(async move {
            if left.more() {
                fill_rest(cx, &mut left, &mut fields, &mut args).await?;
            }
            let mut living = Living {
                this: H::make(fields.take().ok_or_else(unfilled)?),
                finished: false,
            };
            let this = &mut living.this;
            let result = async {
                if let Some(answer) = this.prepare().await? {
                    return Ok(answer);
                }
                if left.body() {
                    fill_body(cx, &mut args).await?;
                }
                verb(this, args.take().ok_or_else(unfilled)?).await
            };
            let result = result.await;
            living.finish(&match &result {
                Ok(response) => Outcome::Answered(response),
                Err(error) => Outcome::Failed(error),
            });
            result
        })
    }))
}

/// An instance that is to hear how it ended.
struct Living<H: Verbs> {
    this: H,
    finished: bool,
}

impl<H: Verbs> Living<H> {
    fn finish(&mut self, outcome: &Outcome<'_>) {
        self.finished = true;
        self.this.on_finish(outcome);
    }
}

/// Dropped before it was finished: by a panic on its way up, or as nobody waits any more.
impl<H: Verbs> Drop for Living<H> {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let outcome = if std::thread::panicking() {
            Outcome::Panicked
        } else {
            Outcome::ClientGone
        };
        // A second panic on the way up would end the program; the hook that has it is reported.
        let finish = AssertUnwindSafe(|| self.finish(&outcome));
        if catch_unwind(finish).is_err() {
            tracing::error!("`on_finish` panicked");
        }
    }
}
