//! Collects an application: a group that holds all others, and what is said once. Nothing is
//! refused here: `build()` checks the whole.

use std::{fmt, panic::Location, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    check,
    frozen::{About, App, Force},
    group::Group,
    health,
    parts::AddedHandler,
    problem::{BuildError, BuildProblem},
};
use crate::{
    environment::Settings,
    error::Error,
    extract::Cx,
    handler::RequestHandler,
    hsts::Hsts,
    limits::Limits,
    middleware::HttpLayer,
    mount::Mount,
    response::Response,
    trust::{Network, Trust},
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
#[must_use = "an application does nothing until it is built"]
pub struct Application {
    root: Group,
    force: Force,
    trusted: Vec<Network>,
    about: About,
    settings: Settings,
}

impl Application {
    /// An application that answers nothing yet.
    #[track_caller]
    pub fn new() -> Self {
        Self {
            root: Group::new(""),
            force: Force::default(),
            trusted: Vec::new(),
            about: About {
                title: "Application".into(),
                version: "0".into(),
                description: String::new(),
            },
            settings: Settings::default(),
        }
    }

    /// Shares a value with all handlers. A field or argument marked `#[state]` gets a clone of the
    /// value of its type.
    #[track_caller]
    pub fn state<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.root = self.root.state(value);
        self
    }

    /// Adds a handler at the route it names.
    pub fn handler<H: RequestHandler>(mut self) -> Self {
        self.root = self.root.handler::<H>();
        self
    }

    /// Adds a handler at another route. The route must have the same `{names}`.
    pub fn handler_at<H: RequestHandler>(mut self, template: impl Into<String>) -> Self {
        self.root = self.root.handler_at::<H>(template);
        self
    }

    /// Answers GET at this path by 200 and `ok`, and once the server stops by 503 and `draining`: for
    /// whoever sends requests here, or stops doing so.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// use gustnado::{Application, testing::TestClient};
    ///
    /// let app = Application::new().health_check("/healthz");
    /// assert_eq!(TestClient::new(app.build()?).get("/healthz").send().text(), "ok");
    /// # Ok::<(), gustnado_core::BuildError>(())
    /// ```
    ///
    /// It is answered however much there is to do, and in the access log only at `DEBUG`. The layers of
    /// the application are around it, as they are around everything.
    #[track_caller]
    pub fn health_check(self, path: impl Into<String>) -> Self {
        let handler = health::definition(Location::caller());
        let mut group = Group::new("").exempt_from_overload();
        group.parts.handlers.push(AddedHandler {
            handler,
            template: path.into(),
        });
        self.group(group)
    }

    /// Answers everything below `prefix` by `mount`, such as static files. Handlers come first:
    /// a route that fits a path wins over a mount above it, and of several mounts the one with the
    /// longest prefix answers.
    #[track_caller]
    pub fn mount(mut self, prefix: impl Into<String>, mount: impl Mount) -> Self {
        self.root = self.root.mount(prefix, mount);
        self
    }

    /// Adds handlers that stand together, with what is said for all of them.
    pub fn group(mut self, group: Group) -> Self {
        self.root = self.root.group(group);
        self
    }

    /// Answers by a handler what no route answers, whatever the path, unless it is below the prefix
    /// of a group; see [`Group::fallback`].
    pub fn fallback<H: RequestHandler>(mut self) -> Self {
        self.root = self.root.fallback::<H>();
        self
    }

    /// Answers by 308 where a handler is not at a path but would be with a slash more or less at
    /// its end. The method, its body and the query stay what they are.
    pub fn redirect_slashes(mut self) -> Self {
        self.root = self.root.redirect_slashes();
        self
    }

    /// Puts a layer of tower's around everything, 404s too. The first one added is the outermost.
    ///
    /// What it may be and do: [`HttpLayer`].
    pub fn layer(mut self, layer: impl HttpLayer) -> Self {
        self.root = self.root.layer(layer);
        self
    }

    /// Sets bounds on time, bytes and counts: `.limits(|limits| limits.body = 16 * 1024 * 1024)`.
    pub fn limits(mut self, set: impl FnOnce(&mut Limits) + Send + Sync + 'static) -> Self {
        self.root = self.root.limits(set);
        self
    }

    /// Puts a header field on every answer that has none of that name, also on errors. What a
    /// group, or a handler's `default_headers`, says goes before.
    pub fn default_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.root = self.root.default_header(name, value);
        self
    }

    /// Changes the header fields that make browsers careful with answers. Unless told otherwise,
    /// every answer has these:
    ///
    /// | field | value | so that |
    /// |---|---|---|
    /// | `X-Content-Type-Options` | `nosniff` | no upload is run as a script |
    /// | `X-Frame-Options` | `SAMEORIGIN` | no other site's page lays ours under its own buttons |
    /// | `Referrer-Policy` | `strict-origin-when-cross-origin` | other sites do not hear what is in our paths |
    ///
    /// Every answer: those of handlers, static files and other mounts, redirects, 404s and all
    /// other errors, and what is refused before a route is looked for. Only what cannot be read as a
    /// request at all is answered without. A field that an answer has of its own, or that
    /// [`default_header`](Self::default_header) sets, goes before.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// use gustnado::Application;
    /// use http::{HeaderMap, HeaderValue, header::CONTENT_SECURITY_POLICY};
    ///
    /// // One more:
    /// let app = Application::new().security_headers(|headers| {
    ///     let policy = HeaderValue::from_static("default-src 'self'");
    ///     headers.insert(CONTENT_SECURITY_POLICY, policy);
    /// });
    /// // None, for what no browser asks:
    /// let app = Application::new().security_headers(HeaderMap::clear);
    /// ```
    pub fn security_headers(
        mut self,
        set: impl FnOnce(&mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.root = self.root.security_headers(set);
        self
    }

    /// Has browsers come back by HTTPS only, for so many days: a `Strict-Transport-Security` field on
    /// every answer to a request that came by HTTPS, to this server or to a trusted proxy. By default
    /// nothing is said.
    pub fn hsts(mut self, hsts: Hsts) -> Self {
        self.root.parts.says.hsts = Some(hsts.value());
        self
    }

    /// Takes the word of the proxies in these networks for who sent a request. By default nobody's
    /// is taken: whoever reaches the server directly could say anything.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// use gustnado::Application;
    ///
    /// let app = Application::new().trust(["10.0.0.0/8", "::1", "unix"]);
    /// ```
    ///
    /// A network is an address, `192.0.2.7`, or the first one and how many bits the others have in
    /// common with it, `10.0.0.0/8`; `unix` is every peer that has no address, such as one at a Unix
    /// socket. `build()` lists what is none. Several calls add up.
    ///
    /// Of a request whose [`Peer`](crate::Peer) is in one of them, `Forwarded` (RFC 7239),
    /// `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` say who its
    /// [`Client`](crate::Client) is. Each proxy adds the address it was reached from at the right, so
    /// the client is the right-most address that is not trusted itself; what is further to the left
    /// could be made up. The scheme and the host are those that stand with it.
    ///
    /// Most proxies write one of the two kinds of fields and hand on the other as the client sent it.
    /// So neither goes before the other: where both are there, what they do not agree on is not
    /// believed. An address that is hidden, unreadable or in doubt is none, never that of the proxy,
    /// which may be allowed more. It is still up to the outermost proxy to set or remove each of the
    /// fields: what it lets through is believed.
    ///
    /// Guards of [`Group::host`](crate::Group::host) go by the host that the proxy asks for.
    #[track_caller]
    pub fn trust<N: AsRef<str>>(mut self, networks: impl IntoIterator<Item = N>) -> Self {
        let at = Location::caller();
        for network in networks {
            let network = network.as_ref();
            match Network::parse(network) {
                Ok(network) => self.trusted.push(network),
                Err(problem) => self.root.parts.problems.push(BuildProblem::Trust {
                    network: network.into(),
                    problem,
                    at,
                }),
            }
        }
        self
    }

    /// Writes the answers to requests that failed, in place of problem+json or the small page. It
    /// is also asked where nothing is at a path. What a group, or a handler's `write_error`, says
    /// goes before.
    ///
    /// The answer should have the [status](Error::status) of the error, and gets its
    /// [headers](Error::headers); what a client may read of it is
    /// [`public_detail`](Error::public_detail).
    pub fn write_error(
        mut self,
        write: impl Fn(&Cx, &Error) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.root = self.root.write_error(write);
        self
    }

    /// Sets how many workers [`run`](Self::run) starts: threads, each with its share of the
    /// connections. 0, the default: one per core; one where there are [`processes`](Self::processes).
    pub fn workers(mut self, count: usize) -> Self {
        self.force.workers = count;
        self
    }

    /// Has [`run`](Self::run) serve in so many worker processes; 0 is one per core. Without it the
    /// program is one process, with threads as workers.
    ///
    /// The process that was started becomes their supervisor: it opens the sockets and starts the
    /// program anew for each worker, with the sockets passed on. One that crashes is started again,
    /// at once if it had served, else after a pause that grows to 30 s; after 100 crashes with less
    /// than a minute between them the supervisor ends the rest and gives up. Signals go to the
    /// supervisor, which tells its workers; when it is killed, they end by themselves.
    ///
    /// `main` runs in each of these processes up to `run`, with the same arguments and environment:
    /// what is to be done once does not belong there. Workers share no memory, and whoever wakes
    /// first accepts a connection: they are spread less evenly than over threads. What it buys is
    /// that a crash takes only its worker with it, and that each has descriptors of its own.
    ///
    /// It needs Unix.
    pub fn processes(mut self, count: usize) -> Self {
        self.force.processes = Some(count);
        self
    }

    /// Has the workers of [`run`](Self::run) take work from one another: all threads share one runtime
    /// and all connections, instead of each having its own.
    ///
    /// What waits behind a thread that is busy, or that the system does not let run, is then taken over
    /// by another that looks for work. Without it, nothing moves between cores and each counts by
    /// itself. The choice is for programs whose handlers compute, or that share their machine: see [the
    /// measurements](https://github.com/gustnado/gustnado/blob/main/docs/benchmarks.md#load). It is no
    /// licence to block: the thread that is held may be the one that listens for all.
    ///
    /// Limits that hold for a worker, such as [`Limits::awake`](crate::Limits), hold for all threads
    /// together.
    #[cfg(feature = "work-stealing")]
    pub fn work_stealing(mut self) -> Self {
        self.force.stealing = true;
        self
    }

    /// Lets operators set what the program has set: each of the [`Limits`] by a variable of its name
    /// in the environment, such as `GUSTNADO_HEAD_TIME=5s` and `GUSTNADO_BODY=16MiB`, and the
    /// workers by `GUSTNADO_WORKERS` and `GUSTNADO_PROCESSES`. [`run`](Self::run) does so by itself.
    ///
    /// They come before what is said here, earlier or later, but not before the limits of a group.
    /// One that is malformed, or whose name begins so and is none of these, is told by
    /// [`build`](Self::build). Each one that is set is logged.
    pub fn from_env(mut self) -> Self {
        self.settings = Settings::read(std::env::vars_os());
        self
    }

    /// Names it, for whoever reads its description. The default is `Application`.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.about.title = title.into();
        self
    }

    /// Says which version of it this is, such as `env!("CARGO_PKG_VERSION")`. The default is `0`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.about.version = version.into();
        self
    }

    /// Says more of it, in Markdown, for whoever reads its description. The default is nothing.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.about.description = description.into();
        self
    }

    /// Checks everything and freezes it.
    ///
    /// # Errors
    /// All that is wrong, at once: routes that clash, state that is missing, templates that are
    /// none, each with the handler and the line it is written in.
    pub fn build(self) -> Result<App, BuildError> {
        let Self {
            root,
            mut force,
            trusted,
            about,
            settings,
        } = self;
        force.workers = settings.workers.unwrap_or(force.workers);
        force.processes = settings.processes.or(force.processes);
        let problems = BuildProblem::of_settings(&settings);
        let root = root.limits(move |limits| settings.apply(limits));
        let router = check::router(root, Trust::new(trusted), problems)?;
        let app = App::new(router, force, Arc::new(about));
        app.show_to_mounts();
        Ok(app)
    }

    /// Checks everything, as [`build`](Self::build) does: one line in a test.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// # use gustnado::Application;
    /// # fn application() -> Application { Application::new() }
    /// # /*
    /// #[test]
    /// fn the_application_is_sound() {
    /// # */
    ///     application().check();
    /// # /*
    /// }
    /// # */
    /// ```
    ///
    /// # Panics
    /// When something is wrong, with the list of all that is.
    #[track_caller]
    pub fn check(self) {
        if let Err(error) = self.build() {
            panic!("{error}");
        }
    }
}

impl Default for Application {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("root", &self.root)
            .field("force", &self.force)
            .field("trusted", &self.trusted)
            .finish_non_exhaustive()
    }
}
