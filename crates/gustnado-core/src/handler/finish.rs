//! The life of an instance that is told how its request ended. It must not know other instances, whose life
//! ends with their verb's.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{
    called::{Called, Wait},
    contract::Verbs,
    outcome::Outcome,
};
use crate::{
    error::Error,
    extract::{BoxFuture, Cx, Left, Slots, fill_body, fill_plain, fill_rest},
    response::Response,
};

/// The same as [`run`](super::run) for a handler with `on_finish`: its instance outlives the verb, which
/// borrows it, and is told the outcome whatever it is.
///
/// # Errors
/// As those of [`run`](super::run).
#[doc(hidden)]
pub fn run_to_finish<H, A, F>(cx: &mut Cx, mut args: A, verb: F) -> Result<Called, Error>
where
    H: Verbs,
    A: Slots,
    F: for<'h> FnOnce(&'h mut H, A::Values) -> BoxFuture<'h, Result<Response, Error>>,
    F: Send + 'static,
{
    let mut fields = H::slots();
    let mut left = Left::default();
    fill_plain(cx, &mut left, &mut fields, &mut args)?;
    Ok(Called::Waiting(Box::new(Filling::<H, A, F> {
        left,
        fields,
        args,
        verb,
    })))
}

/// An instance that waits for what it is made of.
struct Filling<H: Verbs, A, F> {
    left: Left,
    fields: H::Slots,
    args: A,
    verb: F,
}

impl<H, A, F> Wait for Filling<H, A, F>
where
    H: Verbs,
    A: Slots,
    F: for<'h> FnOnce(&'h mut H, A::Values) -> BoxFuture<'h, Result<Response, Error>>,
    F: Send + 'static,
{
    fn wait<'a>(self: Box<Self>, cx: &'a mut Cx) -> BoxFuture<'a, Result<Response, Error>> {
        let Self {
            mut left,
            mut fields,
            mut args,
            verb,
        } = *self;
        Box::pin(async move {
            if left.more() {
                fill_rest(cx, &mut left, &mut fields, &mut args).await?;
            }
            let mut living = Living {
                this: H::make(fields.take()),
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
                verb(this, args.take()).await
            };
            let result = result.await;
            living.finish(&match &result {
                Ok(response) => Outcome::Answered(response),
                Err(error) => Outcome::Failed(error),
            });
            result
        })
    }
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
