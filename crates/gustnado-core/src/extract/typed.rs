//! Inputs that are known by their type: shared state, and whatever implements [`FromRequest`]. It
//! must not know the types.

use std::{any::TypeId, future::Future};

use super::{
    context::Cx,
    need::{Need, Needed, Needs, Stage},
    slot::{How, OfInput, Slot, Typed},
};
use crate::{describe::Operation, error::Error};

/// An input that is known by its type.
///
/// `Option` of it is `None` where its error was made by [`Error::absent`]; any other error stays.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Cx, Error, FromRequest, Stage};
///
/// struct ApiKey(String);
///
/// impl FromRequest for ApiKey {
///     const STAGE: Stage = Stage::Auth;
///
///     async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
///         let key = cx.request().headers().get("x-api-key");
///         let key = key.and_then(|key| key.to_str().ok());
///         let missing = || Error::unauthorized("ApiKey", "an API key is needed").as_absent();
///         key.map(|key| Self(key.into())).ok_or_else(missing)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler input",
    label = "where does this value come from?",
    note = "mark it #[query], #[header], #[cookie] or #[state]; a field that the route names in braces, \
            as in \"/users/{{id}}\", is a path value; a body is an argument such as `Json<T>`, or several that are marked #[form]; \
            or derive `Inputs` or implement `FromRequest` for it"
)]
pub trait FromRequest: Sized + Send + 'static {
    /// When it is read.
    const STAGE: Stage = Stage::Async;

    /// Whether it shares the body with others of which that holds too: inputs out of one form.
    #[doc(hidden)]
    const FORM: bool = false;

    /// Names the shared state and the other inputs it uses, so that start-up can say what is
    /// missing.
    fn needs(needs: &mut Needs) {
        let _ = needs;
    }

    /// Says what it is to whoever describes the application: which security scheme it stands for,
    /// which header field it reads, how it fails. By itself it says that it may fail in any way.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// # use gustnado::{Cx, Error, FromRequest};
    /// use gustnado::describe::{Operation, Security};
    ///
    /// # struct ApiKey;
    /// impl FromRequest for ApiKey {
    ///     fn describe(operation: &mut Operation) {
    ///         operation.security("api_key", Security::Header("x-api-key"));
    ///     }
    /// #     async fn from_request(_: &mut Cx) -> Result<Self, Error> { Ok(Self) }
    /// }
    /// ```
    fn describe(operation: &mut Operation) {
        operation.any_failure();
    }

    /// Reads it.
    ///
    /// # Errors
    /// When the request has none, or none that can be used: the error is the answer.
    fn from_request(cx: &mut Cx) -> impl Future<Output = Result<Self, Error>> + Send;

    /// Reads it from a body that is all here, without waiting. `None`: it is to be [read](Self::from_request)
    /// as any other, and nothing was taken.
    #[doc(hidden)]
    fn at_once(cx: &mut Cx) -> Option<Result<Self, Error>> {
        let _ = cx;
        None
    }

    /// What needs what it needs, for whoever is told that it is missing.
    #[doc(hidden)]
    fn needing() -> &'static str {
        std::any::type_name::<Self>()
    }

    /// The place for such an input.
    #[doc(hidden)]
    #[track_caller]
    fn slot(name: &'static str) -> Slot<Self> {
        let typed = const {
            &Typed {
                of_input: OfInput {
                    stage: Self::STAGE,
                    type_name: Self::needing,
                    needs: Self::needs,
                    describe: Self::describe,
                },
                at_once: Self::at_once,
                extract: |cx, value| {
                    Box::pin(async move {
                        match Self::from_request(cx).await {
                            Ok(read) => {
                                *value = Some(read);
                                Ok(())
                            }
                            Err(error) => Err(error),
                        }
                    })
                },
            }
        };
        Slot::new(name, How::Typed(typed))
    }
}

/// Absent is `None`, where the error says so: see [`Error::absent`]. Any other error stays.
impl<T: FromRequest> FromRequest for Option<T> {
    // Not `FORM`, even if `T` is: it is read by itself.
    const STAGE: Stage = T::STAGE;

    fn needs(needs: &mut Needs) {
        T::needs(needs);
    }

    fn describe(operation: &mut Operation) {
        operation.optional(T::describe);
    }

    fn at_once(cx: &mut Cx) -> Option<Result<Self, Error>> {
        T::at_once(cx).map(if_there)
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        if_there(T::from_request(cx).await)
    }

    /// What it needs is needed by the input itself.
    fn needing() -> &'static str {
        T::needing()
    }
}

fn if_there<T>(read: Result<T, Error>) -> Result<Option<T>, Error> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}

impl Needs {
    /// Another input is read on the way: what that one uses is used.
    pub fn input<T: FromRequest>(&mut self) {
        self.through(std::any::type_name::<T>(), |needs| {
            T::needs(needs);
            let need = Need::Typed(T::describe);
            needs.push(Needed::of(need));
        });
    }
}

/// A value that all requests of an application share; each gets a clone.
///
/// Implemented for every type that can be one. Wrap what is dear to clone in an `Arc`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared state",
    label = "must be `Clone + Send + Sync + 'static`",
    note = "each request gets a clone; put it into an `Arc` if it cannot be cloned"
)]
pub trait SharedState: Clone + Send + Sync + 'static {
    /// The place for such an input.
    #[doc(hidden)]
    #[track_caller]
    fn slot(name: &'static str) -> Slot<Self> {
        Slot::new(
            name,
            How::State {
                id: TypeId::of::<Self>(),
                type_name: std::any::type_name::<Self>(),
                get: |state| state.get::<Self>().cloned(),
            },
        )
    }
}

impl<T: Clone + Send + Sync + 'static> SharedState for T {}
