//! Stand-ins in the prelude for what features have that are off: whoever names one is told which to add.
//! rustc says it by itself where a name is imported, and not where it would have come with `*`, nor of
//! methods. They must not do anything.

use std::{fmt, marker::PhantomData};

use gustnado_core::{App, Application, Cx, FromRequest, Result};

/// A trait that nobody has: what needs it is an error that names a feature.
macro_rules! feature {
    ($name:ident, $message:literal) => {
        feature!(
            $name,
            $message,
            "add it to the `features` of `gustnado` in Cargo.toml"
        );
    };
    ($name:ident, $message:literal, $label:literal) => {
        #[doc = $message]
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $name {
            /// What is there with it. An error, of which rustc says nothing more.
            type Found;

            /// The same as a value.
            fn found() -> Self::Found;
        }
    };
}

feature!(
    NeedsGarde,
    "this needs the feature `garde` of Gustnado, which is off"
);
feature!(
    NeedsMultipart,
    "this needs the feature `multipart` of Gustnado, which is off"
);
feature!(
    NeedsOpenApi,
    "this needs the feature `openapi` of Gustnado, which is off"
);
feature!(
    NeedsStatic,
    "this needs the feature `static` of Gustnado, which is off"
);
feature!(
    NeedsStealing,
    "this needs the feature `work-stealing` of Gustnado, which is off"
);

/// Has no feature.
#[derive(Debug)]
pub enum Off {}

/// What is made by its name.
macro_rules! made {
    ($name:ident: $feature:ident, $($constructor:ident($($argument:ident)?)),+) => {
        /// A stand-in; its constructors are errors.
        #[derive(Debug)]
        pub struct $name<F = Off>(PhantomData<F>);

        #[allow(clippy::new_ret_no_self, reason = "nobody has it")]
        impl<F> $name<F> {
            $(
                /// An error.
                pub fn $constructor$(<$argument>)?($(_: $argument)?) -> F::Found
                where
                    F: $feature,
                {
                    F::found()
                }
            )+
        }
    };
}

made!(Docs: NeedsOpenApi, new());
made!(Files: NeedsStatic, new(A), embedded(A));
made!(Layer: NeedsStatic, new());

/// In the feature `openapi`.
pub type ApiDocs = Docs;
/// In the feature `static`.
pub type CacheControl = <Off as NeedsStatic>::Found;
/// In the feature `static`.
pub type Compress = Layer;
/// In the feature `multipart`.
pub type Multipart = <Off as NeedsMultipart>::Found;
/// In the feature `static`.
pub type ResponseCache = Layer;
/// In the feature `static`.
pub type StaticFiles = Files;
/// In the feature `multipart`.
pub type Upload = <Off as NeedsMultipart>::Found;

/// What a handler of files would override.
pub trait FileHooks: NeedsStatic {}

/// `app.openapi()`.
pub trait OpenApi {
    /// An error.
    fn openapi(&self) -> Self::Found
    where
        Self: NeedsOpenApi,
    {
        Self::found()
    }
}

impl OpenApi for App {}

/// `Application::new().work_stealing()`.
pub trait Stealing {
    /// An error.
    fn work_stealing(self) -> Self::Found
    where
        Self: NeedsStealing + Sized,
    {
        Self::found()
    }
}

impl Stealing for Application {}

/// An input in the feature `garde`. A struct, as it is also a pattern.
#[derive(Debug)]
pub struct Garde<I>(pub I);

impl<I: NeedsGarde + Send + 'static> FromRequest for Garde<I> {
    async fn from_request(_: &mut Cx) -> Result<Self> {
        std::future::pending().await
    }
}

/// An input in the feature `static`. A struct, as an error in a field is told ten times over.
pub struct StaticUrls<H>(PhantomData<fn() -> H>);

impl<H: NeedsStatic + 'static> FromRequest for StaticUrls<H> {
    async fn from_request(_: &mut Cx) -> Result<Self> {
        std::future::pending().await
    }
}

impl<H> fmt::Debug for StaticUrls<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticUrls")
    }
}
