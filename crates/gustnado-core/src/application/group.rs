//! Handlers that stand together: below a prefix, under guards, with what is said for all of them.
//! Nothing is refused here: `build()` checks the whole.

use std::{fmt, panic::Location, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue, request};

use super::{
    parts::{AddedHandler, AddedMount, Parts},
    problem::BuildProblem,
};
use crate::{
    error::Error,
    extract::Cx,
    handler::RequestHandler,
    limits::Limits,
    middleware::HttpLayer,
    mount::Mount,
    response::Response,
    router::{Guard, Host},
};

/// Handlers that stand together: below a prefix, under guards, with state, layers, limits and an
/// error page of their own.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Application, Group, Response};
///
/// let api = Group::new("/api")
///     .state(String::from("for the API alone"))
///     .limits(|limits| limits.body = 16 * 1024)
///     .write_error(|cx, error| cx.problem(error));
/// let app = Application::new().group(api).build()?;
/// # Ok::<(), gustnado_core::BuildError>(())
/// ```
///
/// What a group says goes before what the groups around it and the application say; what it does
/// not say, it has from them. It also answers for all below its prefix that no route answers: a 404
/// there has its error page, its headers and its layers, or comes to its [`fallback`]. Of several
/// groups the one with the longest prefix does.
///
/// The `url` function of a handler knows nothing of the groups that the handler was put into. Links
/// to handlers in groups are made by [`App::reverse_url`](crate::App::reverse_url), and in handlers
/// by [`Urls`](crate::Urls).
///
/// [`fallback`]: Self::fallback
#[must_use = "a group does nothing until it is given to an application"]
pub struct Group {
    pub(super) parts: Parts,
}

impl Group {
    /// A group without handlers, below `prefix`: a path such as `/api`, or nothing where only what
    /// the group says is of interest.
    #[track_caller]
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            parts: Parts::new(prefix.into()),
        }
    }

    /// Shares a value with all handlers of the group. A field or argument marked `#[state]` gets a
    /// clone of the value of its type; of several groups around it the nearest that has one gives
    /// it.
    #[track_caller]
    pub fn state<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        if !self.parts.says.state.insert(value) {
            self.parts.problems.push(BuildProblem::StateTwice {
                type_name: std::any::type_name::<T>(),
                at: Location::caller(),
            });
        }
        self
    }

    /// Adds a handler at the prefix with the route it names behind it. One that names `/` is at the
    /// prefix itself.
    pub fn handler<H: RequestHandler>(self) -> Self {
        self.handler_at::<H>(H::TEMPLATE)
    }

    /// Adds a handler at another route, behind the prefix. The route must have the same `{names}`.
    pub fn handler_at<H: RequestHandler>(mut self, template: impl Into<String>) -> Self {
        self.parts.handlers.push(AddedHandler::of::<H>(template));
        self
    }

    /// Answers everything below `prefix` by `mount`, such as static files. Handlers come first:
    /// a route that fits a path wins over a mount above it, and of several mounts the one with the
    /// longest prefix answers.
    #[track_caller]
    pub fn mount(mut self, prefix: impl Into<String>, mount: impl Mount) -> Self {
        self.parts.mounts.push(AddedMount {
            prefix: prefix.into(),
            mount: Arc::new(mount),
            at: Location::caller(),
        });
        self
    }

    /// Adds a group within this one, below the prefix of both.
    pub fn group(mut self, group: Self) -> Self {
        self.parts.groups.push(group);
        self
    }

    /// Answers by a handler what no route below the prefix answers, whatever the path; the route
    /// that the handler names is not looked at, and can have no `{names}`.
    ///
    /// A method that it does not have is a 404, as without it. A 405 stays one: a route has the
    /// path. What is below the prefix of another group within is for that group to answer.
    pub fn fallback<H: RequestHandler>(mut self) -> Self {
        let fallback = AddedHandler::of::<H>(H::TEMPLATE);
        self.parts.fallbacks.push(fallback);
        self
    }

    /// Answers by 308 where a handler of the group is not at a path but would be with a slash more
    /// or less at its end. The method, its body and the query stay what they are.
    pub fn redirect_slashes(mut self) -> Self {
        self.parts.says.redirect_slashes = true;
        self
    }

    /// Puts a layer of tower's around the routes of the group, its 404s and its fallback. The first
    /// one added is the outermost, within those of the groups around this one.
    ///
    /// What it may be and do: [`HttpLayer`].
    pub fn layer(mut self, layer: impl HttpLayer) -> Self {
        let layers = &mut self.parts.says.layers;
        *layers = layers.around(&layer.into_layers());
        self
    }

    /// Sets bounds on the requests of the group, where they differ from those around it. Bounds on
    /// connections are the application's to set.
    pub fn limits(mut self, set: impl FnOnce(&mut Limits) + Send + Sync + 'static) -> Self {
        self.parts.says.limits.push(Box::new(set));
        self
    }

    /// Answers the requests of the group also while the server refuses others, as there is too much to
    /// do: above [`Limits::requests_in_flight`](crate::Limits::requests_in_flight) or
    /// [`Limits::lag`](crate::Limits::lag). For what operators need most when that is so, and costs
    /// little. A group without a prefix, `Group::new("")`, does it for single handlers.
    pub fn exempt_from_overload(mut self) -> Self {
        self.parts.says.exempt = true;
        self
    }

    /// Puts a header field on every answer that has none of that name, also on errors, in place of
    /// what is said around the group. What a handler's `default_headers` says goes before.
    pub fn default_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.parts.says.headers.append(name, value);
        self
    }

    /// Changes the header fields that make browsers careful, for the answers of the group; see
    /// [`Application::security_headers`](crate::Application::security_headers).
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// use gustnado::Group;
    /// use http::header::X_FRAME_OPTIONS;
    ///
    /// // Pages that others put into theirs.
    /// let widgets = Group::new("/widgets").security_headers(|headers| {
    ///     headers.remove(X_FRAME_OPTIONS);
    /// });
    /// ```
    pub fn security_headers(
        mut self,
        set: impl FnOnce(&mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.parts.says.security.push(Box::new(set));
        self
    }

    /// Writes the answers to requests that failed, in place of problem+json or the small page. It
    /// is also asked where nothing is at a path. What a handler's `write_error` says goes before.
    ///
    /// The answer should have the [status](Error::status) of the error, and gets its
    /// [headers](Error::headers); what a client may read of it is
    /// [`public_detail`](Error::public_detail).
    pub fn write_error(
        mut self,
        write: impl Fn(&Cx, &Error) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.parts.says.write_error = Some(Arc::new(write));
        self
    }

    /// Answers only requests for this host: `example.com`, or `*.example.com` for all hosts below
    /// it. Ports and case do not matter.
    ///
    /// The host is that of the target where it names one, as in HTTP/2, and else that of the `Host`
    /// field. It is what the client says; behind a proxy, what the proxy passes on.
    ///
    /// All guards of a group and of those around it must hold. Groups under different guards may
    /// have the same routes; those of the narrowest host are asked first, of equal ones those with
    /// more guards, then those written first, and routes without guards last.
    #[track_caller]
    pub fn host(mut self, host: &str) -> Self {
        match Host::parse(host) {
            Ok(host) => self.parts.guards.push(Guard::Host(host)),
            Err(why) => self.parts.problems.push(BuildProblem::Group {
                prefix: self.parts.prefix.clone(),
                problem: format!("the host {host:?} {why}"),
                at: Location::caller(),
            }),
        }
        self
    }

    /// Answers only requests that have a header field with this name and value. See
    /// [`host`](Self::host) for several guards.
    pub fn guard_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.parts.guards.push(Guard::Header(name, value));
        self
    }

    /// Answers only requests whose head passes a check. It is asked for each request, so it should
    /// be quick; if it panics, it has not passed. See [`host`](Self::host) for several guards.
    pub fn guard(
        mut self,
        check: impl Fn(&request::Parts) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.parts.guards.push(Guard::Check(Arc::new(check)));
        self
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("prefix", &self.parts.prefix)
            .field("guards", &self.parts.guards)
            .field("handlers", &self.parts.handlers.len())
            .field("mounts", &self.parts.mounts.len())
            .field("groups", &self.parts.groups)
            .finish_non_exhaustive()
    }
}
