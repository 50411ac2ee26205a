//! The mount, and its settings. It must not know how a request is handed on.

use std::sync::OnceLock;

use gustnado_client::{Client, ClientBuilder};
use gustnado_core::{BoxFuture, Client as Asker, Clients, Error, Mount, Request, Response};

use crate::{
    choice::Choice,
    fields::Via,
    forwarded::Policy,
    limits::{CONNECTIONS, IDLE, ProxyLimits},
    pass::{Gateway, pass},
    set_cookie::Cookies,
    upstream::Upstream,
};

/// Hands all requests below a prefix on to another server, and its answers back.
///
/// ```
/// # use gustnado_core as gustnado;
/// # use gustnado_gateway::Proxy;
/// use gustnado::Application;
///
/// let app = Application::new()
///     .mount("/api", Proxy::to("http://127.0.0.1:9000"))
///     .build()?;
/// # Ok::<(), gustnado::BuildError>(())
/// ```
///
/// `/api/users?page=2` is asked for as `/users?page=2` there. Both bodies are streams, read no faster
/// than the other side takes them; the request's has the bound that holds for the mount. What fails
/// is a 502, 503 or 504 by the application's own renderer of errors, which says nothing of the
/// upstream; the log does. An answer that breaks off is cut short for the client, too.
#[derive(Debug)]
pub struct Proxy {
    gateway: Gateway,
    clients: OnceLock<Clients>,
    problems: Vec<String>,
}

impl Proxy {
    /// A gateway to one server: `http://` or `https://`, host, perhaps a port, and perhaps a path that
    /// is put before all others.
    pub fn to(upstream: impl AsRef<str>) -> Self {
        Self::among([upstream])
    }

    /// A gateway to several servers that answer alike. A request goes to the one that has the fewest
    /// under way. One that takes no connection, or answers 502, 503 or 504, too often is left alone for
    /// a while; see [`ProxyLimits`]. A request that could not be sent goes to another one.
    pub fn among<U: AsRef<str>>(upstreams: impl IntoIterator<Item = U>) -> Self {
        let mut problems = Vec::new();
        let mut parsed = Vec::new();
        for upstream in upstreams {
            match Upstream::parse(upstream.as_ref()) {
                Ok(upstream) => parsed.push(upstream),
                Err(problem) => problems.push(problem),
            }
        }
        if parsed.is_empty() && problems.is_empty() {
            problems.push("a proxy needs an upstream".into());
        }
        let gateway = Gateway {
            client: Client::new(),
            choice: Choice::new(parsed),
            limits: ProxyLimits::default(),
            forwarded: Policy::Anew,
            keep_host: false,
            keep_location: false,
            cookies: Cookies::default(),
            via: Via::default(),
        };
        let proxy = Self {
            gateway,
            clients: OnceLock::new(),
            problems,
        };
        proxy.client(|client| client)
    }

    /// Sets up the client that asks the upstreams: its limits, its certificates, a Unix socket.
    ///
    /// ```
    /// # use gustnado_gateway::Proxy;
    /// use std::time::Duration;
    ///
    /// let proxy = Proxy::to("http://127.0.0.1:9000").client(|client| {
    ///     client.limits(|limits| limits.first_byte_time = Duration::from_secs(90))
    /// });
    /// ```
    ///
    /// Here its answers have no bound on their bytes, nor on the time in all. Redirects are never followed,
    /// codings never undone and cookies never kept: all three are the client's.
    #[must_use]
    pub fn client(mut self, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        let builder = Client::builder().limits(|limits| {
            (limits.connections, limits.host_connections) = CONNECTIONS;
            (limits.idle, limits.host_idle) = IDLE;
            limits.total_time = std::time::Duration::MAX;
            limits.body = usize::MAX;
        });
        let client = set(builder)
            .limits(|limits| limits.redirects = 0)
            .no_decompression()
            .no_cookies()
            .no_user_agent();
        match client.build() {
            Ok(client) => self.gateway.client = client,
            Err(error) => self.problems.push(error.to_string()),
        }
        self
    }

    /// Sets bounds.
    #[must_use]
    pub fn limits(mut self, set: impl FnOnce(&mut ProxyLimits)) -> Self {
        set(&mut self.gateway.limits);
        self
    }

    /// Sends the upstream the host that was asked for, in the place of its own.
    #[must_use]
    pub fn keep_host(mut self) -> Self {
        self.gateway.keep_host = true;
        self
    }

    /// Leaves `Location` and `Content-Location` as they come. Else, where they name the upstream, they
    /// are made to name what is mounted here.
    #[must_use]
    pub fn keep_location(mut self) -> Self {
        self.gateway.keep_location = true;
        self
    }

    /// Has cookies of the upstream for paths at or below `from` be for those below `to`: their `Path` is
    /// said anew. May be said several times; the first that fits holds.
    ///
    /// ```
    /// # use gustnado_gateway::Proxy;
    /// // Mounted at `/api`, so that the browser sends its cookies there and nowhere else.
    /// let proxy = Proxy::to("http://127.0.0.1:9000")
    ///     .cookie_path("/", "/api")
    ///     .cookie_domain("app.internal", "");
    /// ```
    ///
    /// Unless it is asked for, nothing is changed: who gets a cookie decides who can act for a user, and an
    /// upstream that says `Path=/` may mean just that. Cookies whose name begins with `__Host-` stay as they
    /// are in any case, as browsers take them in one form only.
    #[must_use]
    pub fn cookie_path(mut self, from: &str, to: &str) -> Self {
        let added = self.gateway.cookies.add_path(from, to);
        self.problems.extend(added.err());
        self
    }

    /// Has cookies of the upstream for the domain `from` be for `to`; if that is empty, for the host alone
    /// that was asked for. A dot before either says nothing (RFC 6265 section 5.2.3). As with
    /// [`cookie_path`](Self::cookie_path), nothing is changed unless it is asked for.
    #[must_use]
    pub fn cookie_domain(mut self, from: &str, to: &str) -> Self {
        let added = self.gateway.cookies.add_domain(from, to);
        self.problems.extend(added.err());
        self
    }

    /// The client that asks the upstreams, as it is set up so far: for a look at its
    /// [`pool`](Client::pool).
    #[must_use]
    pub fn asks_with(&self) -> Client {
        self.gateway.client.clone()
    }

    /// Keeps the `Forwarded` and `X-Forwarded-` fields that came, and adds who sent them here. Only for
    /// upstreams that count the proxies before them: what is furthest left is anybody's word.
    ///
    /// Else they are written anew, by what the application takes for true
    /// ([`trust`](gustnado_core::Application::trust)): the client's own word is never passed on.
    #[must_use]
    pub fn append_forwarded(mut self) -> Self {
        self.gateway.forwarded = Policy::Append;
        self
    }

    /// Says nothing of the client to the upstream, and drops what came of that.
    #[must_use]
    pub fn no_forwarded(mut self) -> Self {
        self.gateway.forwarded = Policy::None;
        self
    }

    /// Who this gateway is in the `Via` of requests (RFC 9110 section 7.6.3), in place of `gustnado`.
    #[must_use]
    pub fn via(mut self, pseudonym: &str) -> Self {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
        let is_name = !pseudonym.is_empty() && pseudonym.bytes().all(plain);
        match Via::new(pseudonym).filter(|_| is_name) {
            Some(via) => self.gateway.via = via,
            None => self.problems.push(format!(
                "{pseudonym:?} is no name for `Via`: use letters, digits and `-._~:`"
            )),
        }
        self
    }

    /// Who sent a request.
    fn asker(&self, request: &Request) -> Asker {
        match self.clients.get() {
            Some(clients) => clients.of(request),
            None => Clients::default().of(request),
        }
    }
}

impl Mount for Proxy {
    fn problems(&self) -> Vec<String> {
        self.problems.clone()
    }

    fn introduced(&self, clients: &Clients) {
        // It is built once; whoever was first stays.
        let _ = self.clients.set(clients.clone());
    }

    fn call<'a>(
        &'a self,
        prefix: &'a str,
        request: Request,
    ) -> BoxFuture<'a, Result<Response, Error>> {
        let asker = self.asker(&request);
        Box::pin(async move { pass(&self.gateway, prefix, &asker, request).await })
    }
}
