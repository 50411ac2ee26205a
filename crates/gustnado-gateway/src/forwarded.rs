//! What an upstream is told of who asked: `Forwarded` (RFC 7239) and the `X-Forwarded-` fields that
//! were there before it. It must not know whose word is taken; that is the application's.

use std::{fmt::Write as _, net::IpAddr};

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
    let host = client.host();
    append(headers, FORWARDED, &element(ip, client.scheme(), host));
    if let Some(ip) = ip {
        append(headers, X_FOR, &ip.to_string());
    }
    let scheme = HeaderValue::from_static(client.scheme());
    headers.entry(X_PROTO).or_insert(scheme);
    if let Some(host) = host.and_then(|host| HeaderValue::from_str(host).ok()) {
        headers.entry(X_HOST).or_insert(host);
    }
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        let more = headers.append(name.clone(), value);
        if more {
            join(headers, name, ", ");
        }
    }
}

/// One hop (RFC 7239 section 4).
fn element(ip: Option<IpAddr>, scheme: &str, host: Option<&str>) -> String {
    let mut text = String::with_capacity(64);
    // Writing to a string does not fail.
    let _ = match ip {
        Some(IpAddr::V4(ip)) => write!(text, "for={ip}"),
        Some(IpAddr::V6(ip)) => write!(text, "for=\"[{ip}]\""),
        None => write!(text, "for=unknown"),
    };
    let _ = write!(text, ";proto={scheme}");
    if let Some(host) = host.filter(|host| !host.is_empty()) {
        text.push_str(";host=");
        value(&mut text, host);
    }
    text
}

/// A token, or a string in quotes (section 4).
fn value(text: &mut String, host: &str) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if host.bytes().all(plain) {
        return text.push_str(host);
    }
    text.push('"');
    for c in host.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
}

/// Takes out whatever claims to say who asked, also by a name that some upstreams take for the same.
fn drop_claims(headers: &mut HeaderMap) {
    let claims: Vec<_> = headers
        .keys()
        .filter(|name| is_claim(name.as_str()))
        .cloned()
        .collect();
    for name in claims {
        headers.remove(name);
    }
}

fn is_claim(name: &str) -> bool {
    let first = name.as_bytes().first();
    match first {
        Some(b'f') => name == "forwarded",
        Some(b'x') => {
            let claims = |name: &str| name.starts_with("x-forwarded") || name == "x-real-ip";
            claims(name) || name.contains('_') && claims(&name.replace('_', "-"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(policy: Policy, fields: &[(&'static str, &str)], client: &Client) -> Vec<String> {
        let parsed = fields
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let mut headers: HeaderMap = parsed.collect();
        say(policy, &mut headers, client, Some([10, 0, 0, 9].into()));
        let lines = headers.iter();
        let mut lines: Vec<_> = lines
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        lines
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
            (
                Some("1.2.3.4"),
                Some("a\"b\\"),
                "for=1.2.3.4;proto=http;host=\"a\\\"b\\\\\"",
            ),
            (Some("1.2.3.4"), Some(""), "for=1.2.3.4;proto=http"),
        ];
        for (ip, host, expected) in table {
            let ip = ip.map(|ip| ip.parse().unwrap());
            assert_eq!(element(ip, "http", host), expected);
        }
    }
}
