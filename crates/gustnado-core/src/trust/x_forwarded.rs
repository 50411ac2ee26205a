//! The fields that were there before `Forwarded`: `X-Forwarded-For`, `-Proto` and `-Host`, each a
//! list of its own. It must not know whom to trust.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

use super::hops::{self, Hops, Node, Said};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// What the fields say of the client; `None` where none is there.
pub(super) fn said<'h>(
    headers: &'h HeaderMap,
    is_trusted: &dyn Fn(&Node) -> bool,
) -> Option<Said<'h>> {
    if [FOR, PROTO, HOST]
        .iter()
        .all(|name| !headers.contains_key(name))
    {
        return None;
    }
    let mut hops = Hops::new();
    for item in items(headers, &FOR) {
        let node = item.map_or(Node::Hidden, Node::parse);
        hops.push(node, is_trusted(&node), ());
    }
    let (client, after) = match hops.client() {
        Some((Node::Hidden, ..)) => return Some(Said::hidden()),
        Some((node, (), after)) => (Some(node), after),
        None => (None, 0),
    };
    let host = of_hop(headers, &HOST, after).map(Cow::Borrowed);
    Some(Said {
        client,
        secure: of_hop(headers, &PROTO, after).and_then(hops::is_secure),
        host: host.and_then(hops::host),
    })
}

/// What a field says that has an item a hop. One that has fewer was set anew on the way, and its
/// first is the one from furthest off.
fn of_hop<'h>(headers: &'h HeaderMap, name: &HeaderName, after: usize) -> Option<&'h str> {
    let count = items(headers, name).count();
    let index = count.saturating_sub(after + 1);
    items(headers, name).nth(index).flatten()
}

/// The items of a list, of all its lines; `None` for one that is no text.
fn items<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = Option<&'h str>> + use<'h> {
    let lines = headers.get_all(name).into_iter();
    let items = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let items = items
        .map(<[u8]>::trim_ascii)
        .filter(|item| !item.is_empty());
    items.map(|item| std::str::from_utf8(item).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_the_client() {
        // The fields are split at the bars; 10.0.0.* are trusted.
        let table = [
            ("||", None),
            ("192.0.2.1||", Some("192.0.2.1 - -")),
            (
                "192.0.2.1|https|a.example:8443",
                Some("192.0.2.1 true a.example:8443"),
            ),
            ("6.6.6.6, 192.0.2.1||", Some("192.0.2.1 - -")),
            (
                "6.6.6.6,192.0.2.1 , 10.0.0.2,,10.0.0.3||",
                Some("192.0.2.1 - -"),
            ),
            ("garbage, 192.0.2.1||", Some("192.0.2.1 - -")),
            ("192.0.2.1:5000, 10.0.0.2||", Some("192.0.2.1 - -")),
            ("2001:db8::1||", Some("2001:db8::1 - -")),
            ("10.0.0.9, 10.0.0.2||", Some("10.0.0.9 - -")),
            ("192.0.2.1, unknown|https|", Some("? - -")),
            ("192.0.2.1, unknown, 10.0.0.2||", Some("? - -")),
            ("\u{e9}||", Some("? - -")),
            // An item a hop, or one that was set anew, or one that a client sent before.
            (
                "192.0.2.1, 10.0.0.2|https, http|a, b",
                Some("192.0.2.1 true a"),
            ),
            ("192.0.2.1, 10.0.0.2|https|a", Some("192.0.2.1 true a")),
            ("192.0.2.1|http, https|evil, a", Some("192.0.2.1 true a")),
            ("192.0.2.1|gopher|a/b", Some("192.0.2.1 - -")),
            ("|https|a", Some("- true a")),
        ];
        for (text, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in [FOR, PROTO, HOST].into_iter().zip(text.split('|')) {
                if !value.is_empty() {
                    headers.append(
                        name,
                        http::HeaderValue::from_bytes(value.as_bytes()).unwrap(),
                    );
                }
            }
            let trusted = |node: &Node| match node {
                Node::Ip(ip) => ip.to_string().starts_with("10.0.0."),
                Node::Hidden => false,
            };
            let said = said(&headers, &trusted).map(|said| {
                let client = match said.client {
                    Some(Node::Ip(ip)) => ip.to_string(),
                    Some(Node::Hidden) => "?".into(),
                    None => "-".into(),
                };
                let secure = said.secure.map_or("-".into(), |secure| secure.to_string());
                format!("{client} {secure} {}", said.host.unwrap_or("-".into()))
            });
            assert_eq!(said.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let mut headers = HeaderMap::new();
        for line in ["6.6.6.6", "192.0.2.1", "10.0.0.1"] {
            headers.append(FOR, http::HeaderValue::from_static(line));
        }
        let trusted = Node::parse("10.0.0.1");
        let said = said(&headers, &|node| *node == trusted).unwrap();
        assert_eq!(said.client, Some(Node::parse("192.0.2.1")));
    }
}
