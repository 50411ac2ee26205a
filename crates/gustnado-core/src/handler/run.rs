//! The life of a handler's instance, from its fields to its verb. What is generic here is compiled for
//! each verb, so there is little of it.

use std::future::Future;

use super::{
    called::{Called, Wait},
    contract::Verbs,
    running::Running,
};
use crate::{
    error::Error,
    extract::{
        BoxFuture, Cx, Left, SlotList, Slots, fill_body, fill_body_now, fill_plain, fill_rest,
    },
    response::Response,
};

/// The life of a handler's instance: read the fields, make it, prepare it, read the body, call the
/// verb. What needs nobody to be waited for is done at once.
///
/// That the future of a verb can be sent is proved here, once, and not for each verb.
///
/// # Errors
/// When an input that is here at once is not what is wanted.
#[doc(hidden)]
pub fn run<H, A, F, R>(cx: &mut Cx, args: A, verb: F) -> Result<Called, Error>
where
    H: Verbs,
    A: Slots,
    F: Fn(H, A::Values) -> R + Send + 'static,
    R: Future<Output = Result<Response, Error>> + Send + 'static,
{
    let mut making = Making::<H, A, F> {
        args,
        made: None,
        verb,
        left: Left::default(),
        fields: H::slots(),
    };
    let Making {
        left, fields, args, ..
    } = &mut making;
    match begin(cx, left, fields, args, H::PREPARES) {
        Ok(true) => Ok(Called::Running(making.call())),
        Ok(false) => Ok(Called::Waiting(Box::new(making))),
        Err(error) => Err(error),
    }
}

/// An instance in the making, and the verb that is to be called.
struct Making<H: Verbs, A, F> {
    args: A,
    /// Made early, to be prepared.
    made: Option<H>,
    verb: F,
    /// What is to be waited for.
    left: Left,
    fields: H::Slots,
}

/// The same, whatever its types.
trait Parts: Send {
    /// What is left to be done with the places of its fields, and of the arguments.
    fn filling(&mut self) -> (&mut Left, &mut dyn SlotList, &mut dyn SlotList);

    /// Makes the instance and prepares it, if it has the hook.
    fn prepare(&mut self) -> Option<BoxFuture<'_, Result<Option<Response>, Error>>>;

    /// Calls the verb.
    fn call(&mut self) -> Running;
}

impl<H, A, F, R> Parts for Making<H, A, F>
where
    H: Verbs,
    A: Slots,
    F: Fn(H, A::Values) -> R + Send + 'static,
    R: Future<Output = Result<Response, Error>> + Send + 'static,
{
    fn filling(&mut self) -> (&mut Left, &mut dyn SlotList, &mut dyn SlotList) {
        (&mut self.left, &mut self.fields, &mut self.args)
    }

    fn prepare(&mut self) -> Option<BoxFuture<'_, Result<Option<Response>, Error>>> {
        if H::PREPARES {
            let made = self.made.insert(H::make(self.fields.take()));
            return Some(Box::pin(made.prepare()));
        }
        None
    }

    #[inline]
    fn call(&mut self) -> Running {
        let made = if H::PREPARES { self.made.take() } else { None };
        let made = match made {
            Some(made) => made,
            None => H::make(self.fields.take()),
        };
        Running::new((self.verb)(made, self.args.take()))
    }
}

impl<P: Parts + 'static> Wait for P {
    fn wait<'a>(self: Box<Self>, cx: &'a mut Cx) -> BoxFuture<'a, Result<Response, Error>> {
        rest(cx, self)
    }
}

/// Does what needs nobody to be waited for. Says whether the verb can be called.
fn begin(
    cx: &mut Cx,
    left: &mut Left,
    fields: &mut dyn SlotList,
    args: &mut dyn SlotList,
    prepares: bool,
) -> Result<bool, Error> {
    fill_plain(cx, left, fields, args)?;
    let waits = prepares || left.more();
    Ok(!waits && (!left.body() || fill_body_now(cx, left, args)?))
}

/// Does what is left, and calls the verb.
fn rest(cx: &mut Cx, mut parts: Box<dyn Parts>) -> BoxFuture<'_, Result<Response, Error>> {
    Box::pin(async move {
        let (left, fields, args) = parts.filling();
        if left.more() {
            fill_rest(cx, left, fields, args).await?;
        }
        if let Some(preparing) = parts.prepare()
            && let Some(answer) = preparing.await?
        {
            return Ok(answer);
        }
        let (left, _, args) = parts.filling();
        if left.body() {
            fill_body(cx, args).await?;
        }
        parts.call().await
    })
}
