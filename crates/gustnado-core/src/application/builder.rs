//! Collects an application. Nothing is refused here: `build()` checks the whole.

use std::{fmt, panic::Location, sync::Arc};

use http::{HeaderName, HeaderValue};

use super::{
    check,
    frozen::App,
    parts::{AddedHandler, AddedMount},
    problem::{BuildError, BuildProblem},
};
use crate::{
    error::Error,
    extract::{Cx, Shared},
    handler::{Definition, RequestHandler},
    limits::Limits,
    mount::Mount,
    response::Response,
};

/// An application being put together.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Application;
///
/// let app = Application::new().state(String::from("shared")).build()?;
/// # Ok::<(), gustnado_core::BuildError>(())
/// ```
#[derive(Default)]
#[must_use = "an application does nothing until it is built"]
pub struct Application {
    shared: Shared,
    workers: usize,
    handlers: Vec<AddedHandler>,
    mounts: Vec<AddedMount>,
    problems: Vec<BuildProblem>,
}

impl Application {
    /// An application that answers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shares a value with all handlers. A field or argument marked `#[state]` gets a clone of the
    /// value of its type.
    #[track_caller]
    pub fn state<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        if !self.shared.state.insert(value) {
            self.problems.push(BuildProblem::StateTwice {
                type_name: std::any::type_name::<T>(),
                at: Location::caller(),
            });
        }
        self
    }

    /// Adds a handler at the route it names.
    pub fn handler<H: RequestHandler>(self) -> Self {
        self.handler_at::<H>(H::TEMPLATE)
    }

    /// Adds a handler at another route. The route must have the same `{names}`.
    pub fn handler_at<H: RequestHandler>(mut self, template: impl Into<String>) -> Self {
        self.handlers.push(AddedHandler {
            handler: Definition::of::<H>(),
            template: template.into(),
        });
        self
    }

    /// Answers everything below `prefix` by `mount`, such as static files. Handlers come first:
    /// a route that fits a path wins over a mount above it, and of several mounts the one with the
    /// longest prefix answers.
    #[track_caller]
    pub fn mount(mut self, prefix: impl Into<String>, mount: impl Mount) -> Self {
        self.mounts.push(AddedMount {
            prefix: prefix.into(),
            mount: Arc::new(mount),
            at: Location::caller(),
        });
        self
    }

    /// Sets the bounds on time, bytes and counts.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.shared.limits = limits;
        self
    }

    /// Puts a header field on every answer that has none of that name, also on errors. What a
    /// handler's `default_headers` says goes before.
    pub fn default_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.shared.headers.append(name, value);
        self
    }

    /// Writes the answers to requests that failed, in place of problem+json or the small page. It
    /// is also asked where nothing is at a path. What a handler's `write_error` says goes before.
    ///
    /// The answer should have the [status](Error::status) and the [headers](Error::headers) of the
    /// error; what a client may read of it is [`public_detail`](Error::public_detail).
    pub fn write_error(
        mut self,
        write: impl Fn(&Cx, &Error) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.shared.write_error = Some(Arc::new(write));
        self
    }

    /// Sets how many workers [`run`](Self::run) starts. 0, the default: one per core.
    pub fn workers(mut self, count: usize) -> Self {
        self.workers = count;
        self
    }

    /// Checks everything and freezes it.
    ///
    /// # Errors
    /// All that is wrong, at once: routes that clash, state that is missing, templates that are
    /// none, each with the handler and the line it is written in.
    pub fn build(self) -> Result<App, BuildError> {
        let Self {
            shared,
            workers,
            handlers,
            mounts,
            problems,
        } = self;
        let shared = Arc::new(shared);
        let router = check::router(&shared, handlers, mounts, problems)?;
        Ok(App::new(router, shared, workers))
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("shared", &self.shared)
            .field("handlers", &self.handlers.len())
            .field("mounts", &self.mounts.len())
            .finish_non_exhaustive()
    }
}
