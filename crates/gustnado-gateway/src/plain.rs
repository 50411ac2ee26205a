//! Heads that are handed on field by field as they came, as nothing in them asks for more: what is for one
//! connection is left out, and what is said of the way is added. Nearly all are such, and need no map.
//! It must not know requests, answers, nor what an upstream is.

use gustnado_core::Client;
use http::Version;

use crate::{
    fields::Via,
    forwarded::{self, is_claim},
};

/// What a field is to a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Somebody else's.
    Any,
    /// For the connection that it came over.
    Hop,
    /// The same, but of a request it may be asked for here, too.
    Asks,
    /// It may name others that are for a connection.
    Connection,
    /// Of a request, what we say ourselves.
    Own,
    Length,
    Cookie,
    SetCookie,
    /// It says where an answer leads.
    Place,
    /// It says who asked.
    Claim,
    /// Of a request, more has to be done than to hand it on or not.
    Involved,
}

/// What a field is, by the length of its name first, which tells nearly all apart.
#[inline]
fn kind(name: &[u8]) -> Kind {
    let known: &[(&str, Kind)] = match name.len() {
        2 => &[("te", Kind::Asks)],
        3 => &[("via", Kind::Involved)],
        4 => &[("host", Kind::Own)],
        6 => &[("cookie", Kind::Cookie), ("expect", Kind::Own)],
        7 => &[("upgrade", Kind::Asks), ("trailer", Kind::Involved)],
        8 => &[("location", Kind::Place)],
        10 => &[
            ("connection", Kind::Connection),
            ("keep-alive", Kind::Hop),
            ("set-cookie", Kind::SetCookie),
        ],
        12 => &[("max-forwards", Kind::Involved)],
        14 => &[("content-length", Kind::Length)],
        16 => &[
            ("proxy-connection", Kind::Hop),
            ("content-location", Kind::Place),
        ],
        17 => &[("transfer-encoding", Kind::Hop)],
        18 => &[("proxy-authenticate", Kind::Hop)],
        19 => &[("proxy-authorization", Kind::Hop)],
        _ => &[],
    };
    let mut known = known.iter();
    let found = known.find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
    match found {
        Some((_, kind)) => *kind,
        None if is_claim(name) => Kind::Claim,
        None => Kind::Any,
    }
}

/// Whether `Connection` names no field.
fn names_nothing(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"keep-alive") || value.eq_ignore_ascii_case(b"close")
}

/// What the upstream is told of the way of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'a> {
    pub(crate) version: Version,
    pub(crate) via: &'a Via,
    /// Who asked, where that is said.
    pub(crate) asker: Option<&'a Client>,
}

/// The lines of the request that is sent on, where its head is a plain one.
pub(crate) fn request<'f>(
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])>,
    way: Way<'_>,
) -> Option<Vec<u8>> {
    let (mut lines, mut cookies) = (Vec::with_capacity(512), false);
    for (name, value) in fields {
        match kind(name) {
            Kind::Hop | Kind::Own | Kind::Length | Kind::Claim => continue,
            Kind::Connection if names_nothing(value) => continue,
            // By HTTP/2 they may come in pieces, which are to be put together.
            Kind::Cookie if !cookies => cookies = true,
            Kind::Connection | Kind::Cookie | Kind::Asks | Kind::Involved => return None,
            Kind::Any | Kind::Place | Kind::SetCookie => {}
        }
        put(&mut lines, name, value);
    }
    put(&mut lines, b"via", way.via.by(way.version).as_bytes());
    if let Some(asker) = way.asker {
        forwarded::put_lines(&mut lines, asker.ip(), asker);
    }
    Some(lines)
}

/// What may be handed back as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Back {
    /// What it says of its length, as there is no body to be measured.
    pub(crate) length: bool,
    pub(crate) place: bool,
    pub(crate) cookies: bool,
}

/// Hands on what is to be handed on of an answer. Says whether its head is a plain one: if not, what was
/// handed on is not all of it.
pub(crate) fn answer<'f>(
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])>,
    back: Back,
    mut to: impl FnMut(&[u8], &[u8]),
) -> bool {
    for (name, value) in fields {
        match kind(name) {
            Kind::Hop | Kind::Asks => {}
            Kind::Connection if names_nothing(value) => {}
            Kind::Length if !back.length => {}
            Kind::Connection => return false,
            Kind::Place if !back.place => return false,
            Kind::SetCookie if !back.cookies => return false,
            _ => to(name, value),
        }
    }
    true
}

fn put(lines: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    for part in [name, b": ", value, b"\r\n"] {
        lines.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        fields,
        forwarded::Policy,
        shown::{map, shown},
    };

    const ALL: Back = Back {
        length: true,
        place: true,
        cookies: true,
    };

    type Came = Vec<(String, String)>;

    fn pairs(came: &Came) -> impl Iterator<Item = (&[u8], &[u8])> {
        let pairs = came.iter();
        pairs.map(|(name, value)| (name.as_bytes(), value.as_bytes()))
    }

    /// Fields that matter, in odd spellings, and others.
    fn came() -> impl Strategy<Value = Came> {
        let name = "te|via|host|cookie|expect|Upgrade|trailer|location|CONNECTION|keep-alive|max-forwards|\
                    content-length|proxy-connection|transfer-encoding|proxy-authenticate|Set-Cookie|\
                    proxy-authorization|Forwarded|X-Forwarded-For|x_forwarded-host|x-real-ip|X_Real_IP|\
                    x-forwarded|x-forward|x-a|accept|content-location|x-real-ips|etag";
        let value = "close|Keep-Alive|x-a|a=b|1|trailers|";
        proptest::collection::vec((name, value), 0..6)
    }

    proptest! {
        /// What is handed on field by field is what a map would have become.
        #[test]
        fn requests_are_as_by_way_of_a_map(came in came(), says in any::<bool>()) {
            let (via, asker) = (Via::default(), Client::new([192, 0, 2, 7]).at_host("a:80"));
            let way = Way { version: Version::HTTP_11, via: &via, asker: says.then_some(&asker) };
            let Some(lines) = request(pairs(&came), way) else {
                return Ok(());
            };
            let lines = gustnado_core::fields::lines(&lines);
            let lines = lines.map(|(name, value)| {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                (text(name), text(value))
            });
            let lines: Came = lines.collect();
            let mut headers = map(&came);
            prop_assert!(!fields::ends_here(&http::Method::OPTIONS, &mut headers));
            fields::request(&mut headers, Version::HTTP_11, &via);
            let policy = if says { Policy::Anew } else { Policy::None };
            forwarded::say(policy, &mut headers, &asker, None);
            headers.remove("host");
            prop_assert_eq!(shown(&map(&lines)), shown(&headers));
        }

        #[test]
        fn answers_are_as_by_way_of_a_map(came in came()) {
            let mut handed = Came::new();
            let plain = answer(pairs(&came), ALL, |name, value| {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                handed.push((text(name), text(value)));
            });
            if !plain {
                return Ok(());
            }
            let mut headers = map(&came);
            fields::strip(&mut headers);
            prop_assert_eq!(shown(&map(&handed)), shown(&headers));
        }
    }

    #[test]
    fn what_asks_for_more_is_not_plain() {
        let (via, nobody) = (Via::default(), None);
        let way = Way {
            version: Version::HTTP_11,
            via: &via,
            asker: nobody,
        };
        let table: [(&[(&str, &str)], bool); 9] = [
            (
                &[("Host", "a"), ("Connection", "Keep-Alive"), ("Cookie", "a")],
                true,
            ),
            (
                &[
                    ("connection", "close"),
                    ("x-forwarded-for", "a"),
                    ("expect", "b"),
                ],
                true,
            ),
            (&[("connection", "x-a")], false),
            (&[("connection", "")], false),
            (&[("te", "trailers")], false),
            (&[("upgrade", "websocket")], false),
            (&[("cookie", "a"), ("cookie", "b")], false),
            (&[("via", "1.1 a")], false),
            (&[("max-forwards", "1")], false),
        ];
        for (fields, plain) in table {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()));
            assert_eq!(request(fields.clone(), way).is_some(), plain);
        }
    }

    #[test]
    fn what_leads_somewhere_is_plain_where_it_may_stay() {
        for (back, name, plain) in [
            (ALL, "location", true),
            (
                Back {
                    place: false,
                    ..ALL
                },
                "Location",
                false,
            ),
            (
                Back {
                    place: false,
                    ..ALL
                },
                "content-location",
                false,
            ),
            (
                Back {
                    cookies: false,
                    ..ALL
                },
                "set-cookie",
                false,
            ),
            (
                Back {
                    cookies: false,
                    ..ALL
                },
                "cookie",
                true,
            ),
            (ALL, "connection", false),
        ] {
            let fields = [(name.as_bytes(), &b"/x"[..])].into_iter();
            assert_eq!(answer(fields, back, |_, _| {}), plain, "{name}");
        }
    }
}
