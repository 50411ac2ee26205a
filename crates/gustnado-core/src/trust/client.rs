//! Who sent a request: address, scheme and host as the client saw them.

use std::net::IpAddr;

use http::{HeaderMap, Uri, header::HOST, request::Parts};

use super::hops::{Node, Said};
use crate::arrival::Arrival;

/// Who sent the request, as an input: where from, whether over TLS, and which host was asked for, as
/// the client saw it.
///
/// Of a request that came straight here, that is the other end of the connection. Of one that a
/// trusted proxy handed on, it is what the proxy says; see
/// [`Application::trust`](crate::Application::trust). [`Peer`](crate::Peer) is the other end of the
/// connection in any case.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Client;
///
/// /// Where this site is, as the one who asks sees it.
/// fn home(client: &Client) -> Option<String> {
///     Some(format!("{}://{}/", client.scheme(), client.host()?))
/// }
///
/// let client = Client::new([192, 0, 2, 1]).secure(true).at_host("shop.example");
/// assert_eq!(home(&client).as_deref(), Some("https://shop.example/"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    ip: Option<IpAddr>,
    secure: bool,
    host: Option<Box<str>>,
}

impl Client {
    /// One with this address that asks over plain HTTP and names no host, for tests of handlers.
    #[must_use]
    pub fn new(ip: impl Into<IpAddr>) -> Self {
        Self {
            ip: Some(ip.into()),
            secure: false,
            host: None,
        }
    }

    /// The same, over TLS or not, for tests of handlers.
    #[must_use]
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// The same, asking for this host, for tests of handlers.
    #[must_use]
    pub fn at_host(mut self, host: impl Into<Box<str>>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Its address. `None` where there is none, as behind a Unix socket or in a test that uses no
    /// socket, and where a trusted proxy does not tell it, or not in a way that can be relied on:
    /// it is never that of the proxy in place of an unknown one.
    ///
    /// An IPv4 address is one, also where the socket is for both versions.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// Whether it speaks TLS, to us or to the proxy that it reached first.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The host it asked for, with the port where it named one: `shop.example`,
    /// `localhost:8888`. It is what the client says, so it is not one of ours unless it was compared.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The one whose request for `host` arrived like this, of which nobody is trusted to say more.
    pub(super) fn alone(arrival: Arrival, host: Option<&str>) -> Self {
        Self {
            ip: address(arrival, None),
            secure: arrival.secure,
            host: host.map(Into::into),
        }
    }

    /// The one whose request for `uri` arrived like this with these fields, `said` being what trusted
    /// proxies say.
    pub(super) fn of(
        arrival: Arrival,
        uri: &Uri,
        headers: &HeaderMap,
        said: Option<Said<'_>>,
    ) -> Self {
        let ip = address(arrival, said.as_ref());
        let (told, host) = said.map_or((None, None), |said| (said.secure, said.host));
        Self {
            ip,
            secure: told.unwrap_or(arrival.secure),
            host: host
                .as_deref()
                .or_else(|| named(uri, headers))
                .map(Into::into),
        }
    }
}

/// The address of the one whose request arrived like this.
pub(super) fn address(arrival: Arrival, said: Option<&Said<'_>>) -> Option<IpAddr> {
    match said.and_then(|said| said.client) {
        Some(Node::Ip(ip)) => Some(ip),
        Some(Node::Hidden) => None,
        None => arrival.peer.map(|peer| peer.ip().to_canonical()),
    }
}

/// The host that a request is for, perhaps with a port: that of the target where it names one (RFC 9112 section 3.2.2; in
/// HTTP/2 it does), else that of the only `Host`.
pub(crate) fn asked_for(head: &Parts) -> Option<&str> {
    named(&head.uri, &head.headers)
}

fn named<'h>(uri: &'h Uri, headers: &'h HeaderMap) -> Option<&'h str> {
    if let Some(authority) = uri.authority() {
        // A name before the host is of no concern.
        return authority.as_str().rsplit('@').next();
    }
    let mut fields = headers.get_all(HOST).iter();
    let host = fields.next()?.to_str().ok()?;
    fields.next().is_none().then_some(host)
}
