//! Addresses as proxies write them down, one a hop, and which of them is the client's. It must not
//! know the fields that they stand in.

use std::{borrow::Cow, net::IpAddr};

use http::uri::Authority;

/// A hop of a request's way, as the next one names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Ip(IpAddr),
    /// It is not told who, or what is told cannot be read.
    Hidden,
}

/// What proxies say of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said<'h> {
    /// `None` where they say nothing of an address.
    pub(super) client: Option<Node>,
    /// Whether the client spoke TLS.
    pub(super) secure: Option<bool>,
    /// The host that the client asked for, perhaps with a port.
    pub(super) host: Option<Cow<'h, str>>,
}

/// Hops, told from the client's end. Each was named by the next, so all that is to the left of one
/// that is not trusted may be made up: the client is the right-most that is not trusted. Where all
/// are, it is the first.
#[derive(Debug)]
pub(super) struct Hops<T> {
    client: Option<(Node, T)>,
    /// How many hops came after the client.
    after: usize,
}

impl Node {
    /// Reads an address, perhaps in brackets, perhaps with a port behind it (RFC 7239 section 6).
    pub(super) fn parse(text: &str) -> Self {
        let ip = text.parse().ok().or_else(|| with_port(text));
        ip.map_or(Self::Hidden, |ip: IpAddr| Self::Ip(ip.to_canonical()))
    }
}

fn with_port(text: &str) -> Option<IpAddr> {
    let (ip, port) = match text.strip_prefix('[') {
        Some(v6) => {
            let (v6, port) = v6.split_once(']')?;
            (IpAddr::V6(v6.parse().ok()?), port)
        }
        None => {
            let end = text.find(':')?;
            (IpAddr::V4(text[..end].parse().ok()?), &text[end..])
        }
    };
    let is_port = |port: &str| match port.strip_prefix('_') {
        Some(name) => is_obscure(name),
        None => (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()),
    };
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(ip)
}

/// Whether this may stand behind the `_` of a name that tells nothing (section 6.3).
fn is_obscure(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.bytes().all(is_plain)
}

impl<T> Hops<T> {
    pub(super) fn new() -> Self {
        Self {
            client: None,
            after: 0,
        }
    }

    /// The next hop, whether its word is taken, and what else is said with it.
    pub(super) fn push(&mut self, node: Node, trusted: bool, with: T) {
        if trusted && self.client.is_some() {
            self.after += 1;
        } else {
            self.client = Some((node, with));
            self.after = 0;
        }
    }

    /// The client, what was said with it, and how many hops came after it.
    pub(super) fn client(self) -> Option<(Node, T, usize)> {
        let (node, with) = self.client?;
        Some((node, with, self.after))
    }
}

impl Said<'_> {
    /// Nothing that could be believed.
    pub(super) fn hidden() -> Self {
        Self {
            client: Some(Node::Hidden),
            ..Self::default()
        }
    }

    /// What two kinds of fields have in common. A proxy writes one kind and hands the other on as the
    /// client sent it, and nobody knows which is which: so neither goes before the other.
    pub(super) fn agreed(self, other: Self) -> Self {
        let clients = [&self, &other].map(|said| said.client);
        if let [Some(one), Some(other)] = clients
            && one != other
        {
            return Self::hidden();
        }
        Self {
            client: self.client.or(other.client),
            secure: same(self.secure, other.secure),
            host: same(self.host, other.host),
        }
    }
}

/// What at least one says and neither says otherwise.
fn same<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        (one, other) => one.or(other),
    }
}

/// Whether this scheme is one of TLS, if it is one of the web's at all.
pub(super) fn is_secure(scheme: &str) -> Option<bool> {
    let is = |names: [&str; 2]| names.iter().any(|name| scheme.eq_ignore_ascii_case(name));
    if is(["https", "wss"]) {
        return Some(true);
    }
    is(["http", "ws"]).then_some(false)
}

/// The host, if it is one, perhaps with a port, and nothing else is with it.
pub(super) fn host(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let authority = Authority::try_from(&*text).ok()?;
    let plain = !text.contains('@') && !authority.host().is_empty();
    plain.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes() {
        let good = [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("192.0.2.1:_port", "192.0.2.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ];
        for (text, ip) in good {
            assert_eq!(Node::parse(text), Node::Ip(ip.parse().unwrap()), "{text}");
        }
        let bad = [
            "",
            "unknown",
            "_gazonk",
            "_",
            "example.com",
            "192.0.2",
            "192.0.2.256",
            "192.0.2.1:",
            "192.0.2.1:123456",
            "192.0.2.1:x",
            "192.0.2.1:_",
            "[192.0.2.1]",
            "[::1",
            "::1]",
            "[::1]x",
            "[::1]:",
            "fe80::1%eth0",
            " 192.0.2.1",
        ];
        for text in bad {
            assert_eq!(Node::parse(text), Node::Hidden, "{text}");
        }
    }

    #[test]
    fn the_client_is_the_right_most_that_is_not_trusted() {
        // A capital is trusted.
        let table = [
            ("", None),
            ("a", Some(('a', 0))),
            ("A", Some(('A', 0))),
            ("ab", Some(('b', 0))),
            ("aB", Some(('a', 1))),
            ("aBC", Some(('a', 2))),
            ("AB", Some(('A', 1))),
            ("AbC", Some(('b', 1))),
            ("abCdE", Some(('d', 1))),
        ];
        for (hops, expected) in table {
            let mut walk = Hops::new();
            for hop in hops.chars() {
                walk.push(Node::Hidden, hop.is_uppercase(), hop);
            }
            let client = walk.client().map(|(_, hop, after)| (hop, after));
            assert_eq!(client, expected, "{hops}");
        }
    }

    #[test]
    fn hosts_and_schemes() {
        for good in [
            "a",
            "shop.example",
            "shop.example:8443",
            "[::1]:80",
            "192.0.2.1",
        ] {
            assert_eq!(host(good.into()).as_deref(), Some(good));
        }
        for bad in [
            "", "a b", "a/b", "u@a", "u:p@a", "a?b", "a#b", ":80", "\u{e9}", "a,b c",
        ] {
            assert_eq!(host(bad.into()), None, "{bad}");
        }
        let schemes = ["https", "HTTPS", "wss", "http", "ws", "", "ftp", "https,"];
        let secure = schemes.map(is_secure);
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(secure, [yes, yes, yes, no, no, None, None, None]);
    }
}
