//! The `Forwarded` field (RFC 7239): elements, one a hop, of parameters. It must not know whom to
//! trust.

use std::borrow::Cow;

use http::{HeaderMap, header::FORWARDED};

use super::hops::{self, Hops, Node, Said};

/// What the field says of the client; `None` where it is not there.
pub(super) fn said<'h>(
    headers: &'h HeaderMap,
    is_trusted: &dyn Fn(&Node) -> bool,
) -> Option<Said<'h>> {
    let mut hops = Hops::new();
    for line in headers.get_all(FORWARDED) {
        let push = |element: Element<'h>| {
            // Nobody is told, and so nobody who could be trusted.
            let node = element.client.as_deref().map_or(Node::Hidden, Node::parse);
            hops.push(node, is_trusted(&node), element);
        };
        if read(line.as_bytes(), push).is_err() {
            // Where one element ends and the next begins is in doubt.
            hops.push(Node::Hidden, false, Element::default());
        }
    }
    let (node, element, _) = hops.client()?;
    if node == Node::Hidden {
        return Some(Said::hidden());
    }
    Some(Said {
        client: Some(node),
        secure: element.scheme.as_deref().and_then(hops::is_secure),
        host: element.host.and_then(hops::host),
    })
}

/// What the one who is named here as `client` asked for, as the next hop saw it. `by` and what
/// others have added is of no use.
#[derive(Debug, Default, PartialEq, Eq)]
struct Element<'h> {
    client: Option<Cow<'h, str>>,
    scheme: Option<Cow<'h, str>>,
    host: Option<Cow<'h, str>>,
}

/// The field is not one.
#[derive(Debug, PartialEq, Eq)]
struct Unreadable;

/// Reads the elements of one line (section 4). Blanks are let pass wherever others write them.
fn read<'h>(line: &'h [u8], mut element: impl FnMut(Element<'h>)) -> Result<(), Unreadable> {
    let mut rest = Rest(line);
    loop {
        // A list may have empty elements (RFC 9110 section 5.6.1.2).
        if let Some(read) = rest.element()? {
            element(read);
        }
        match rest.next() {
            None => return Ok(()),
            Some(b',') => {}
            Some(_) => return Err(Unreadable),
        }
    }
}

/// What is left of a line.
struct Rest<'h>(&'h [u8]);

impl<'h> Rest<'h> {
    /// Reads parameters up to the next comma; `None` where there are none.
    fn element(&mut self) -> Result<Option<Element<'h>>, Unreadable> {
        let mut element = None;
        loop {
            self.blanks();
            match self.0.first() {
                None | Some(b',') => return Ok(element),
                Some(b';') => {
                    self.next();
                    continue;
                }
                Some(_) => {}
            }
            let name = self.token()?;
            if self.next() != Some(b'=') {
                return Err(Unreadable);
            }
            let value = self.value()?;
            let element = element.get_or_insert_with(Element::default);
            if let Some(slot) = element.slot(name) {
                // Each may be there once.
                if slot.replace(value).is_some() {
                    return Err(Unreadable);
                }
            }
            self.blanks();
            if !matches!(self.0.first(), None | Some(b',' | b';')) {
                return Err(Unreadable);
            }
        }
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    fn token(&mut self) -> Result<&'h [u8], Unreadable> {
        let end = self.0.iter().position(|byte| !is_token(*byte));
        let (token, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        if token.is_empty() {
            return Err(Unreadable);
        }
        Ok(token)
    }

    /// A token, or what stands in quotes (RFC 9110 section 5.6.4).
    fn value(&mut self) -> Result<Cow<'h, str>, Unreadable> {
        if self.0.first() != Some(&b'"') {
            return text(Cow::Borrowed(self.token()?));
        }
        let inside = &self.0[1..];
        let mut plain = Vec::new();
        // Where what is not in `plain` yet begins.
        let mut from = 0;
        let mut at = 0;
        loop {
            match inside.get(at).ok_or(Unreadable)? {
                b'"' => break,
                b'\\' => {
                    plain.extend_from_slice(&inside[from..at]);
                    from = at + 1;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        self.0 = &inside[at + 1..];
        if from == 0 {
            return text(Cow::Borrowed(&inside[..at]));
        }
        plain.extend_from_slice(&inside[from..at]);
        text(Cow::Owned(plain))
    }
}

impl<'h> Element<'h> {
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<Cow<'h, str>>> {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        if is(b"for") {
            return Some(&mut self.client);
        }
        if is(b"proto") {
            return Some(&mut self.scheme);
        }
        is(b"host").then_some(&mut self.host)
    }
}

fn text(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Unreadable> {
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|_| Unreadable),
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|_| Unreadable),
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The elements as `for|proto|host`, or `!`.
    fn elements(line: &str) -> String {
        let mut found = Vec::new();
        let result = read(line.as_bytes(), |element| {
            let Element {
                client,
                scheme,
                host,
            } = element;
            let parts = [client, scheme, host].map(|part| part.unwrap_or("-".into()));
            found.push(parts.join("|"));
        });
        match result {
            Ok(()) => found.join(" "),
            Err(Unreadable) => "!".into(),
        }
    }

    #[test]
    fn lines() {
        let table = [
            // Those of RFC 7239 section 4.
            ("for=\"_gazonk\"", "_gazonk|-|-"),
            (
                "For=\"[2001:db8:cafe::17]:4711\"",
                "[2001:db8:cafe::17]:4711|-|-",
            ),
            (
                "for=192.0.2.60;proto=http;by=203.0.113.43",
                "192.0.2.60|http|-",
            ),
            (
                "for=192.0.2.43, for=198.51.100.17",
                "192.0.2.43|-|- 198.51.100.17|-|-",
            ),
            // Blanks and empty elements.
            ("", ""),
            (" , ,, ", ""),
            ("for=a ; proto=b,\tfor=c", "a|b|- c|-|-"),
            (";for=a;;host=b;", "a|-|b"),
            ("by=a;secret=\"x,y;z\"", "-|-|-"),
            // Quotes.
            ("for=\"a,b;c=d\",host=\"\"", "a,b;c=d|-|- -|-|"),
            ("for=\"a\\\"b\\\\c\\d\"", "a\"b\\cd|-|-"),
            ("for=\"\\a\"", "a|-|-"),
            ("FOR=a;PROTO=b;HoSt=c", "a|b|c"),
            // What is none.
            ("for", "!"),
            ("for=", "!"),
            ("=a", "!"),
            ("for =a", "!"),
            ("for= a", "!"),
            ("for=a b", "!"),
            ("for=\"a", "!"),
            ("for=\"a\\", "!"),
            ("for=\"a\\\"", "!"),
            ("for=\"a\"b", "!"),
            ("for=\"a\"\"b\"", "!"),
            ("for=192.0.2.1:80", "!"),
            ("for=[::1]", "!"),
            ("for=a;for=b", "!"),
            ("for=a;host=b;HOST=b", "!"),
            ("for=\u{e9}", "!"),
            ("for=a, \"", "!"),
        ];
        for (line, expected) in table {
            assert_eq!(elements(line), expected, "{line}");
        }
    }

    fn of<'h>(headers: &'h HeaderMap) -> Option<Said<'h>> {
        let trusted: Node = Node::parse("10.0.0.1");
        said(headers, &|node| *node == trusted)
    }

    #[test]
    fn what_is_said_of_the_client() {
        let ip = |text| Some(Node::parse(text));
        let says = |client, secure, host: Option<&'static str>| {
            let host = host.map(Cow::Borrowed);
            Some(Said {
                client,
                secure,
                host,
            })
        };
        let hidden = || Some(Said::hidden());
        let table: [(&[&'static str], _); 12] = [
            (&[], None),
            (&[""], None),
            (
                &["for=192.0.2.1;proto=https;host=a"],
                says(ip("192.0.2.1"), Some(true), Some("a")),
            ),
            (
                &["for=6.6.6.6;host=evil, for=192.0.2.1"],
                says(ip("192.0.2.1"), None, None),
            ),
            (
                &["for=192.0.2.1;proto=https, for=10.0.0.1;proto=http"],
                says(ip("192.0.2.1"), Some(true), None),
            ),
            (
                &["for=192.0.2.1", "for=10.0.0.1"],
                says(ip("192.0.2.1"), None, None),
            ),
            (
                &["for=10.0.0.1;proto=http"],
                says(ip("10.0.0.1"), Some(false), None),
            ),
            (
                &["for=\"", "for=192.0.2.1"],
                says(ip("192.0.2.1"), None, None),
            ),
            (&["for=6.6.6.6", "for=\""], hidden()),
            (&["for=6.6.6.6", "for=\"", "for=10.0.0.1"], hidden()),
            (&["for=unknown;proto=https"], hidden()),
            (&["proto=https"], hidden()),
        ];
        for (lines, expected) in table {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED, http::HeaderValue::from_static(line));
            }
            assert_eq!(of(&headers), expected, "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_in_quotes_is_read(values in proptest::collection::vec("[ -~]{0,12}", 1..6)) {
            let mut line = String::new();
            for value in &values {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                line.push_str(&format!("for=\"{value}\" ,"));
            }
            let mut found = Vec::new();
            let result = read(line.as_bytes(), |element| found.extend(element.client));
            prop_assert_eq!(result, Ok(()));
            prop_assert_eq!(found, values);
        }

        #[test]
        fn any_bytes_are_read_or_refused(line in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&line, |_| {});
        }
    }
}
