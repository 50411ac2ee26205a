//! Who a request comes from, by the word of the proxies that are trusted. It must not know who is
//! asked, nor what is made of the answer.
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `network`: whom an address belongs to.
//! - `hops`: addresses as proxies write them, and which of several is the client's.
//! - `forwarded`: the `Forwarded` field. `x_forwarded`: those that were there before it.
//! - `client`: what comes of them.

mod client;
mod forwarded;
#[cfg(fuzzing)]
pub mod fuzz;
mod hops;
mod network;
mod x_forwarded;

use std::{net::IpAddr, sync::Arc};

use http::{HeaderMap, Uri, request::Parts};

pub use client::Client;
pub(crate) use client::asked_for;
use hops::{Node, Said};
pub(crate) use network::Network;

use crate::arrival::Arrival;

/// The networks whose word is taken. By default there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust(Arc<[Network]>);

impl Trust {
    pub(crate) fn new(networks: Vec<Network>) -> Self {
        Self(networks.into())
    }

    /// The same for another worker, with a reference count of its own.
    pub(crate) fn replica(&self) -> Self {
        Self(self.0.iter().copied().collect())
    }

    /// Who sent a request that arrived like this.
    pub(crate) fn client(&self, arrival: Arrival, head: &Parts) -> Client {
        self.client_of(arrival, &head.uri, &head.headers)
    }

    /// The same of a request whose target names no host, if nobody is trusted to say more of it. These are
    /// its `Host` fields.
    pub(crate) fn client_alone<'h>(
        &self,
        arrival: Arrival,
        mut hosts: impl Iterator<Item = &'h [u8]>,
    ) -> Option<Client> {
        if self.has(arrival.peer.map(|peer| peer.ip())) {
            return None;
        }
        let only = hosts.next().filter(|_| hosts.next().is_none());
        // As `HeaderValue` has it.
        let shown = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
        let only = only.filter(|host| host.iter().all(shown));
        let host = only.and_then(|host| std::str::from_utf8(host).ok());
        Some(Client::alone(arrival, host))
    }

    /// The same, where there is no head but its parts.
    pub(crate) fn client_of(&self, arrival: Arrival, uri: &Uri, headers: &HeaderMap) -> Client {
        let said = self.said(arrival, || headers);
        Client::of(arrival, uri, headers, said)
    }

    /// Whether a request that arrived like this came by HTTPS to whoever had it first. Its fields are
    /// asked for only where somebody is trusted to tell.
    pub(crate) fn is_secure<'h>(
        &self,
        arrival: Arrival,
        headers: impl FnOnce() -> &'h HeaderMap,
    ) -> bool {
        let said = self.said(arrival, headers);
        said.and_then(|said| said.secure).unwrap_or(arrival.secure)
    }

    /// The address of who sent it.
    pub(crate) fn address<'h>(
        &self,
        arrival: Arrival,
        headers: impl FnOnce() -> &'h HeaderMap,
    ) -> Option<IpAddr> {
        let said = self.said(arrival, headers);
        client::address(arrival, said.as_ref())
    }

    /// The address of who sent what cannot be read: of a proxy that is trusted to tell, none, as it has not been
    /// heard.
    pub(crate) fn address_unheard(&self, arrival: Arrival) -> Option<IpAddr> {
        if self.has(arrival.peer.map(|peer| peer.ip())) {
            return None;
        }
        client::address(arrival, None)
    }

    /// What the proxies say, if the peer is one that may.
    fn said<'h>(
        &self,
        arrival: Arrival,
        headers: impl FnOnce() -> &'h HeaderMap,
    ) -> Option<Said<'h>> {
        if !self.has(arrival.peer.map(|peer| peer.ip())) {
            return None;
        }
        let headers = headers();
        let has = |node: &Node| matches!(node, Node::Ip(ip) if self.has(Some(*ip)));
        let one = forwarded::said(headers, &has);
        let other = x_forwarded::said(headers, &has);
        let said = match (one, other) {
            (Some(one), Some(other)) => Some(one.agreed(other)),
            (one, other) => one.or(other),
        };
        if said
            .as_ref()
            .is_some_and(|said| said.client == Some(Node::Hidden))
        {
            tracing::debug!("the client is hidden, or the proxies do not agree on it");
        }
        said
    }

    fn has(&self, ip: Option<IpAddr>) -> bool {
        self.0.iter().any(|network| network.has(ip))
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn trust(networks: &[&str]) -> Trust {
        let parsed = networks.iter().map(|text| Network::parse(text).unwrap());
        Trust::new(parsed.collect())
    }

    fn head(target: &str, fields: &[(&str, &str)]) -> Parts {
        let (mut head, ()) = http::Request::new(()).into_parts();
        head.uri = target.parse().unwrap();
        for (name, value) in fields {
            let name: HeaderName = name.parse().unwrap();
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            head.headers.append(name, value);
        }
        head
    }

    fn arrival(peer: &str) -> Arrival {
        let peer = (!peer.is_empty()).then(|| SocketAddr::new(peer.parse().unwrap(), 7));
        Arrival {
            peer,
            secure: false,
        }
    }

    /// The client as `https://host ip`, of a request from `peer`.
    fn client(peer: &str, fields: &[(&str, &str)]) -> String {
        let trust = trust(&["10.0.0.0/8", "::1", "unix"]);
        let arrival = arrival(peer);
        let head = head("/", fields);
        let client = trust.client(arrival, &head);
        let hosts = fields.iter().filter(|(name, _)| *name == "host");
        let hosts = hosts.map(|(_, host)| host.as_bytes());
        if let Some(alone) = trust.client_alone(arrival, hosts) {
            assert_eq!(alone, client);
        }
        assert_eq!(trust.address(arrival, || &head.headers), client.ip());
        let secure = trust.is_secure(arrival, || &head.headers);
        assert_eq!(secure, client.is_secure());
        let (scheme, host) = (client.scheme(), client.host().unwrap_or("-"));
        let ip = client.ip().map_or("?".into(), |ip| ip.to_string());
        format!("{scheme}://{host} {ip}")
    }

    #[test]
    fn only_the_word_of_trusted_peers_is_taken() {
        let fields = [
            ("host", "inner"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "shop.example"),
        ];
        let table = [
            ("10.1.2.3", "https://shop.example 192.0.2.1"),
            ("::ffff:10.1.2.3", "https://shop.example 192.0.2.1"),
            ("::1", "https://shop.example 192.0.2.1"),
            ("", "https://shop.example 192.0.2.1"),
            ("11.1.2.3", "http://inner 11.1.2.3"),
            ("::2", "http://inner ::2"),
            ("::ffff:11.1.2.3", "http://inner 11.1.2.3"),
        ];
        for (peer, expected) in table {
            assert_eq!(client(peer, &fields), expected, "{peer}");
        }
        let nobody = Trust::default();
        let mut arrival = arrival("10.0.0.1");
        arrival.secure = true;
        let client = nobody.client(arrival, &head("/", &fields));
        assert_eq!(client.ip(), Some("10.0.0.1".parse().unwrap()));
        assert_eq!((client.is_secure(), client.host()), (true, Some("inner")));
    }

    #[test]
    fn what_both_kinds_of_fields_say_has_to_be_the_same() {
        let x = ("x-forwarded-for", "192.0.2.1");
        let table: &[(&[(&str, &str)], &str)] = &[
            (
                &[x, ("forwarded", "for=192.0.2.1;proto=https")],
                "https://- 192.0.2.1",
            ),
            (
                &[x, ("forwarded", "for=6.6.6.6;proto=https;host=evil")],
                "http://- ?",
            ),
            (&[x, ("forwarded", "for=\"")], "http://- ?"),
            (
                &[
                    x,
                    ("x-forwarded-proto", "http"),
                    ("forwarded", "for=192.0.2.1;proto=https"),
                ],
                "http://- 192.0.2.1",
            ),
            (
                &[
                    ("x-forwarded-proto", "https"),
                    ("forwarded", "for=192.0.2.1;host=a"),
                ],
                "https://a 192.0.2.1",
            ),
            (
                &[
                    ("host", "inner"),
                    x,
                    ("x-forwarded-host", "a"),
                    ("forwarded", "for=192.0.2.1;host=b"),
                ],
                "http://inner 192.0.2.1",
            ),
            // Nothing is said of the address.
            (&[("x-forwarded-proto", "https")], "https://- 10.0.0.1"),
            (&[], "http://- 10.0.0.1"),
        ];
        for (fields, expected) in table {
            assert_eq!(client("10.0.0.1", fields), *expected, "{fields:?}");
        }
    }

    #[test]
    fn the_host_is_that_of_the_target_before_that_of_the_field() {
        let client = |target, fields| {
            let head = head(target, fields);
            Trust::default().client(Arrival::default(), &head)
        };
        let field: &[_] = &[("host", "field:8080")];
        let seen = client("http://target/x", field);
        assert_eq!((seen.host(), seen.ip()), (Some("target"), None));
        assert_eq!(client("/x", field).host(), Some("field:8080"));
        assert_eq!(client("/x", &[]).host(), None);
        assert_eq!(client("/x", &[("host", "a"), ("host", "b")]).host(), None);
    }

    proptest! {
        /// Whatever a client sends, what the trusted proxy writes behind it is the client's address,
        /// or nobody's; never one that the client chose.
        #[test]
        fn no_client_chooses_its_address(
            sent in r#"[ -~]{0,40}|(for|proto|host|a)="?[ -~]{0,12}"?([;,][ -~]{0,20})?"#,
            host in r#"[a-z,;="\\]{0,24}"#,
            same_line in any::<bool>(),
        ) {
            let real: IpAddr = "192.0.2.77".parse().unwrap();
            let host = host.replace('\\', "\\\\").replace('"', "\\\"");
            let shapes = [
                "for=192.0.2.77".to_owned(),
                "for=\"192.0.2.77:80\";proto=http".to_owned(),
                format!("for=192.0.2.77;host=\"{host}\";proto=https"),
            ];
            let x = || ("x-forwarded-for", "192.0.2.77".to_owned());
            let shapes = shapes.into_iter().map(|shape| ("forwarded", shape)).chain([x()]);
            for (name, shape) in shapes {
                let one = format!("{sent}, {shape}");
                let lines: &[_] = if same_line {
                    &[(name, &*one)]
                } else {
                    &[(name, &*sent), (name, &*shape)]
                };
                let proxies = trust(&["10.0.0.0/8"]);
                let head = head("/", lines);
                let ip = proxies.address(arrival("10.0.0.1"), || &head.headers);
                let alone = !same_line || name == "x-forwarded-for";
                prop_assert!(ip == Some(real) || !alone && ip.is_none(), "{lines:?}: {ip:?}");
            }
        }
    }
}
