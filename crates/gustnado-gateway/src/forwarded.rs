//! What an upstream is told of who asked: `Forwarded` (RFC 7239) and the `X-Forwarded-` fields that
//! were there before it. It must not know whose word is taken; that is the application's.

use std::{
    net::{IpAddr, Ipv4Addr},
    ops::Range,
};

use bytes::Bytes;
use gustnado_core::Client;
use http::{HeaderMap, HeaderName, HeaderValue, header::FORWARDED};

use crate::fields::join;

/// What is done with the fields that say who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Written by what the application takes for true; what came is dropped.
    Anew,
    /// What came is kept, and who sent it here is written behind it.
    Append,
    /// What came is dropped, and nothing is said.
    None,
}

const X_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Says by a policy who asked: `client` as the application takes it, `peer` as who sent it here.
pub(crate) fn say(policy: Policy, headers: &mut HeaderMap, client: &Client, peer: Option<IpAddr>) {
    match policy {
        Policy::None => drop_claims(headers),
        Policy::Anew => {
            drop_claims(headers);
            write(headers, client.ip(), client);
        }
        Policy::Append => write(headers, peer, client),
    }
}

/// Writes it behind what is there.
fn write(headers: &mut HeaderMap, ip: Option<IpAddr>, client: &Client) {
    let mut text = Vec::with_capacity(96);
    let element = Element::put(&mut text, ip, client);
    let text = Bytes::from(text);
    let part = |range: Range<usize>| HeaderValue::from_maybe_shared(text.slice(range)).ok();
    append(headers, FORWARDED, part(element.all));
    if ip.is_some() {
        append(headers, X_FOR, part(element.ip));
    }
    let scheme = HeaderValue::from_static(client.scheme());
    headers.entry(X_PROTO).or_insert(scheme);
    if let Some(host) = part(element.host).filter(|host| !host.is_empty()) {
        headers.entry(X_HOST).or_insert(host);
    }
}

/// Writes it as lines, where there is nothing yet.
pub(crate) fn put_lines(lines: &mut Vec<u8>, ip: Option<IpAddr>, client: &Client) {
    lines.extend_from_slice(b"forwarded: ");
    let element = Element::put(lines, ip, client);
    if ip.is_some() {
        lines.extend_from_slice(b"\r\nx-forwarded-for: ");
        lines.extend_from_within(element.ip);
    }
    lines.extend_from_slice(b"\r\nx-forwarded-proto: ");
    lines.extend_from_slice(client.scheme().as_bytes());
    if !element.host.is_empty() {
        lines.extend_from_slice(b"\r\nx-forwarded-host: ");
        lines.extend_from_within(element.host);
    }
    lines.extend_from_slice(b"\r\n");
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        let more = headers.append(name.clone(), value);
        if more {
            join(headers, name, ", ");
        }
    }
}

/// One hop (RFC 7239 section 4): where in a text it is, and where in it other fields have what they say, so
/// that it is written once.
struct Element {
    all: Range<usize>,
    ip: Range<usize>,
    host: Range<usize>,
}

impl Element {
    /// Writes it.
    fn put(text: &mut Vec<u8>, ip: Option<IpAddr>, client: &Client) -> Self {
        let start = text.len();
        // Of a host in which something would have to be escaped, nobody would know what it means.
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        let host = client.host();
        let host = host.filter(|host| !host.is_empty() && host.bytes().all(plain));
        text.extend_from_slice(b"for=");
        let ip = match ip {
            None => put(text, b"unknown"),
            Some(IpAddr::V4(ip)) => put_v4(text, ip),
            Some(IpAddr::V6(ip)) => {
                text.extend_from_slice(b"\"[");
                let ip = put(text, ip.to_string().as_bytes());
                text.extend_from_slice(b"]\"");
                ip
            }
        };
        text.extend_from_slice(b";proto=");
        text.extend_from_slice(client.scheme().as_bytes());
        let mut place = 0..0;
        if let Some(host) = host {
            text.extend_from_slice(b";host=");
            // A token, or a string in quotes.
            let token =
                |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            let quote: &[u8] = if host.bytes().all(token) { b"" } else { b"\"" };
            text.extend_from_slice(quote);
            place = put(text, host.as_bytes());
            text.extend_from_slice(quote);
        }
        Self {
            all: start..text.len(),
            ip,
            host: place,
        }
    }
}

/// Adds a text; where it is.
fn put(text: &mut Vec<u8>, more: &[u8]) -> Range<usize> {
    let start = text.len();
    text.extend_from_slice(more);
    start..text.len()
}

/// As its `Display` does, in a tenth of the time.
fn put_v4(text: &mut Vec<u8>, ip: Ipv4Addr) -> Range<usize> {
    let start = text.len();
    for (index, octet) in ip.octets().into_iter().enumerate() {
        if index > 0 {
            text.push(b'.');
        }
        let digits = [octet / 100, octet / 10 % 10, octet % 10];
        let shown = 3 - usize::from(octet >= 10) - usize::from(octet >= 100) - 1;
        text.extend(digits[shown..].iter().map(|digit| b'0' + digit));
    }
    start..text.len()
}

/// Takes out whatever claims to say who asked, also by a name that some upstreams take for the same.
fn drop_claims(headers: &mut HeaderMap) {
    let claims: Vec<_> = headers
        .keys()
        .filter(|name| is_claim(name.as_str().as_bytes()))
        .cloned()
        .collect();
    for name in claims {
        headers.remove(name);
    }
}

/// Whether a field claims to say who asked, in whatever case.
#[inline]
pub(crate) fn is_claim(name: &[u8]) -> bool {
    match name.first() {
        Some(b'f' | b'F') => name.eq_ignore_ascii_case(b"forwarded"),
        Some(b'x' | b'X') => begins(name, b"x-forwarded") || is_real_ip(name),
        _ => false,
    }
}

fn is_real_ip(name: &[u8]) -> bool {
    name.len() == b"x-real-ip".len() && begins(name, b"x-real-ip")
}

/// Whether it begins so, where some take `_` for `-`.
fn begins(name: &[u8], with: &[u8]) -> bool {
    let plain = |byte: u8| match byte {
        b'_' => b'-',
        _ => byte.to_ascii_lowercase(),
    };
    let mut both = name.iter().zip(with);
    name.len() >= with.len() && both.all(|(own, other)| plain(*own) == *other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shown::{map, shown};

    #[test]
    fn addresses_are_written_as_ever() {
        for ip in [
            [0, 0, 0, 0],
            [1, 10, 100, 255],
            [9, 99, 199, 101],
            [127, 0, 0, 1],
        ] {
            let (mut text, ip) = (Vec::new(), Ipv4Addr::from(ip));
            let place = put_v4(&mut text, ip);
            assert_eq!((place, text.len()), (0..text.len(), ip.to_string().len()));
            assert_eq!(text, ip.to_string().as_bytes());
        }
    }

    fn said(policy: Policy, fields: &[(&str, &str)], client: &Client) -> Vec<String> {
        let mut headers = map(fields);
        say(policy, &mut headers, client, Some([10, 0, 0, 9].into()));
        shown(&headers)
    }

    fn client() -> Client {
        Client::new([192, 0, 2, 7])
            .secure(true)
            .at_host("shop.example")
    }

    #[test]
    fn the_clients_own_word_is_not_passed_on() {
        let lies = [
            ("forwarded", "for=6.6.6.6"),
            ("x-forwarded-for", "6.6.6.6"),
            ("x_forwarded_for", "6.6.6.6"),
            ("x-forwarded-port", "1"),
            ("x-real-ip", "6.6.6.6"),
            ("x-other", "kept"),
        ];
        let told = [
            "forwarded: for=192.0.2.7;proto=https;host=shop.example",
            "x-forwarded-for: 192.0.2.7",
            "x-forwarded-host: shop.example",
            "x-forwarded-proto: https",
            "x-other: kept",
        ];
        assert_eq!(said(Policy::Anew, &lies, &client()), told);
        assert_eq!(said(Policy::None, &lies, &client()), ["x-other: kept"]);
    }

    #[test]
    fn what_came_is_kept_where_that_is_wanted() {
        let came = [
            ("forwarded", "for=192.0.2.1"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-proto", "http"),
        ];
        let told = [
            "forwarded: for=192.0.2.1, for=10.0.0.9;proto=https;host=shop.example",
            "x-forwarded-for: 192.0.2.1, 10.0.0.9",
            "x-forwarded-host: shop.example",
            "x-forwarded-proto: http",
        ];
        assert_eq!(said(Policy::Append, &came, &client()), told);
    }

    #[test]
    fn odd_clients_are_said_as_the_rfc_has_it() {
        let table = [
            (None, None, "for=unknown;proto=http"),
            (
                Some("::1"),
                Some("a:80"),
                "for=\"[::1]\";proto=http;host=\"a:80\"",
            ),
            // It cannot be meant, and upstreams would read it in different ways.
            (Some("1.2.3.4"), Some("a\"b\\"), "for=1.2.3.4;proto=http"),
            (Some("1.2.3.4"), Some(""), "for=1.2.3.4;proto=http"),
        ];
        for (ip, host, expected) in table {
            let ip = ip.map(|ip| ip.parse().unwrap());
            let client = Client::new([127, 0, 0, 1]);
            let client = host.into_iter().fold(client, Client::at_host);
            let mut text = b"before".to_vec();
            let element = Element::put(&mut text, ip, &client);
            assert_eq!(text[element.all], *expected.as_bytes());
        }
    }
}
