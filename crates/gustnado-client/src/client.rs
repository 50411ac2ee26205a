//! The client as users have it, and its settings. It must not know how a request is sent.

use std::{fmt, path::PathBuf, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue, Method, header::USER_AGENT, uri::PathAndQuery};

use crate::{
    connect::{Connector, Proxies, Resolve, System, Tls, TlsSettings},
    cookies::CookieJar,
    engine::Engine,
    error::{Error, Result},
    limits::Limits,
    pool::PoolStats,
    request::RequestBuilder,
    response::Response,
    url::{Place, Url},
};

/// An HTTP client with a pool of connections.
///
/// Make one, and clone it to wherever it is needed: all clones share one pool. In an application it is
/// a `state`.
///
/// ```no_run
/// # use gustnado_client as client;
/// use client::Client;
///
/// # async fn show() -> client::Result<()> {
/// let client = Client::new();
/// let answer = client
///     .get("http://127.0.0.1:9000/search")
///     .query(&[("q", "wind")])
///     .send()
///     .await?
///     .error_for_status()?;
/// println!("{}", answer.text().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client(Engine);

/// The settings of a client to be; see [`Client::builder`].
#[derive(Debug)]
#[must_use = "a client is made by `build`"]
pub struct ClientBuilder {
    limits: Limits,
    headers: HeaderMap,
    tls: TlsSettings,
    proxies: Proxies,
    unix: Option<PathBuf>,
    resolver: Arc<dyn Resolve>,
    decode: bool,
    cookies: Option<CookieJar>,
    wrong: Option<Error>,
}

impl Client {
    /// A client with the [default limits](Limits), which trusts the certificates that the system
    /// trusts.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().made(Tls::default())
    }

    /// A client with other settings.
    pub fn builder() -> ClientBuilder {
        let agent = HeaderValue::from_static(concat!("gustnado/", env!("CARGO_PKG_VERSION")));
        ClientBuilder {
            limits: Limits::default(),
            headers: HeaderMap::from_iter([(USER_AGENT, agent)]),
            tls: TlsSettings::default(),
            proxies: Proxies::default(),
            unix: None,
            resolver: Arc::new(System),
            decode: true,
            cookies: None,
            wrong: None,
        }
    }

    /// Gets a URL: [`get`](Self::get) and [`send`](RequestBuilder::send), with a status of 4xx or 5xx
    /// as an error.
    ///
    /// # Errors
    /// Where there is no answer, or one with a status of 4xx or 5xx.
    pub async fn fetch(&self, url: impl fmt::Display) -> Result<Response> {
        self.get(url).send().await?.error_for_status()
    }

    /// A GET. The URL is text, or what is shown as one.
    pub fn get(&self, url: impl fmt::Display) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A HEAD.
    pub fn head(&self, url: impl fmt::Display) -> RequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// A POST.
    pub fn post(&self, url: impl fmt::Display) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// A PUT.
    pub fn put(&self, url: impl fmt::Display) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A PATCH.
    pub fn patch(&self, url: impl fmt::Display) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// A DELETE.
    pub fn delete(&self, url: impl fmt::Display) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// A request of any method.
    pub fn request(&self, method: Method, url: impl fmt::Display) -> RequestBuilder {
        let url = self.0.url(&url.to_string());
        RequestBuilder::to(self.0.clone(), method, url)
    }

    /// A request of any method for a target at a place that was read before.
    #[doc(hidden)]
    pub fn request_at(
        &self,
        method: Method,
        place: &Place,
        target: PathAndQuery,
    ) -> RequestBuilder {
        RequestBuilder::to(self.0.clone(), method, Ok(Url::of(place, target)))
    }

    /// What its pool has at the moment, and had so far.
    #[must_use]
    pub fn pool(&self) -> PoolStats {
        self.0.stats()
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl ClientBuilder {
    /// Sets bounds.
    pub fn limits(mut self, set: impl FnOnce(&mut Limits)) -> Self {
        set(&mut self.limits);
        self
    }

    /// Bounds the connections in all, and so the requests that are under way at once over HTTP/1:
    /// [`connections`](Limits::connections), by Tornado's name. Further ones wait in line.
    pub fn max_clients(self, connections: usize) -> Self {
        self.limits(|limits| limits.connections = connections)
    }

    /// Tries calls again that fail in a way that may pass, so many times: [`retries`](Limits::retries).
    pub fn retries(self, times: usize) -> Self {
        self.limits(|limits| limits.retries = times)
    }

    /// Leaves a host alone for a while after so many failures in a row:
    /// [`circuit_failures`](Limits::circuit_failures).
    pub fn circuit(self, failures: usize) -> Self {
        self.limits(|limits| limits.circuit_failures = failures)
    }

    /// Sends a header field with each request that does not set it itself. Whatever is secret had
    /// better be said by each request: this is sent to every host.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => {
                let error = Error::invalid("a header field has a name or a value that is none");
                self.wrong.get_or_insert(error);
            }
        }
        self
    }

    /// Sends no `User-Agent` of its own.
    pub fn no_user_agent(mut self) -> Self {
        self.headers.remove(USER_AGENT);
        self
    }

    /// Keeps the cookies that servers set, and sends them back to where they belong, also along redirects. A
    /// request that says `Cookie` itself says no others.
    pub fn cookies(mut self, jar: CookieJar) -> Self {
        self.cookies = Some(jar);
        self
    }

    /// Keeps no cookies, as is the default.
    pub fn no_cookies(mut self) -> Self {
        self.cookies = None;
        self
    }

    /// Leaves bodies as they come, and asks for no content coding.
    pub fn no_decompression(mut self) -> Self {
        self.decode = false;
        self
    }

    /// Trusts these root certificates, in PEM, in the place of the system's.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.roots.push(pem.into());
        self
    }

    /// Shows servers that ask for one this certificate, in PEM with those between it and its root, and
    /// proves it by this key.
    pub fn client_certificate(
        mut self,
        chain: impl Into<Vec<u8>>,
        key: impl Into<Vec<u8>>,
    ) -> Self {
        self.tls.identity = Some((chain.into(), key.into()));
        self
    }

    /// Speaks HTTP/1.1 also where the other side could speak HTTP/2.
    pub fn http1_only(mut self) -> Self {
        self.tls.http1_only = true;
        self
    }

    /// Connects to this socket, whatever the host of a URL.
    #[cfg(unix)]
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.unix = Some(path.into());
        self
    }

    /// Sends all requests by this proxy: `http://`, or `socks5://`, which looks up names by itself; with
    /// name and password where it wants them.
    pub fn proxy(mut self, url: &str) -> Self {
        if let Err(error) = self.proxies.all(url) {
            self.wrong.get_or_insert(error);
        }
        self
    }

    /// Takes the proxies that the environment names: `http_proxy`, `https_proxy`, `all_proxy` and
    /// `no_proxy`, in small letters or capitals.
    pub fn proxy_from_env(mut self) -> Self {
        if let Err(error) = self.proxies.environment(|name| std::env::var(name).ok()) {
            self.wrong.get_or_insert(error);
        }
        self
    }

    /// Reaches these hosts without a proxy: names, with all below them, addresses and networks, as in
    /// `localhost, .internal, 10.0.0.0/8`.
    pub fn no_proxy(mut self, hosts: &str) -> Self {
        self.proxies.except(hosts);
        self
    }

    /// Looks names up by this, in the place of the system.
    pub fn resolver(mut self, resolver: impl Resolve) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// Where a header field, a certificate or a key is none.
    pub fn build(self) -> Result<Client> {
        if let Some(error) = self.wrong {
            return Err(error);
        }
        let tls = Tls::new(self.tls.clone())?;
        Ok(self.made(tls))
    }

    fn made(self, tls: Tls) -> Client {
        let connector = Connector {
            resolver: self.resolver,
            tls,
            proxies: self.proxies,
            unix: self.unix,
            limits: self.limits,
        };
        Client(Engine::new(
            connector,
            self.headers,
            self.decode,
            self.cookies,
        ))
    }
}
