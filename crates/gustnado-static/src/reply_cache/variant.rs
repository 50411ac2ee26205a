//! Which requests may get the same reply, by the fields that its `Vary` names (RFC 9111 section 4.1).
//! It must not know replies.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::limits::{VARY_NAMES, VARY_VALUES};

/// What a reply depends on, and what the request had there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Variant(Box<[Field]>);

/// A name, and what the request had there.
type Field = (HeaderName, Option<Box<[u8]>>);

/// The names in a reply's `Vary`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Vary {
    Names(Vec<HeaderName>),
    /// `*`, or what is no name: no request is like another.
    Anything,
}

impl Vary {
    pub(super) fn of(reply: &HeaderMap) -> Self {
        let mut names = Vec::new();
        for line in reply.get_all(header::VARY) {
            for name in line.as_bytes().split(|byte| *byte == b',') {
                let name = name.trim_ascii();
                if name.is_empty() {
                    continue;
                }
                // `*` would be a name by itself.
                let Some(name) = HeaderName::from_bytes(name).ok().filter(|name| name != "*")
                else {
                    return Self::Anything;
                };
                names.push(name);
            }
        }
        names.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        names.dedup();
        if names.len() > VARY_NAMES {
            return Self::Anything;
        }
        Self::Names(names)
    }
}

impl Variant {
    /// The variant that a request with these fields asks for; none where they are too large to be kept.
    pub(super) fn of(names: &[HeaderName], request: &HeaderMap) -> Option<Self> {
        let fields = names
            .iter()
            .map(|name| (name.clone(), value(request, name)));
        let fields: Box<_> = fields.collect();
        let variant = Self(fields);
        (variant.len() <= VARY_VALUES).then_some(variant)
    }

    /// Whether a request with these fields asks for it.
    pub(super) fn matches(&self, request: &HeaderMap) -> bool {
        let mut fields = self.0.iter();
        fields.all(|(name, value)| {
            // Most are the same to the byte, or not there.
            let mut lines = request.get_all(name).iter();
            match (value, lines.next(), lines.next()) {
                (None, None, _) => true,
                (None, ..) | (_, None, _) => false,
                (Some(value), Some(line), None) if **value == *line.as_bytes() => true,
                (Some(value), ..) => {
                    self::value(request, name).is_some_and(|other| other == *value)
                }
            }
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &HeaderName> {
        self.0.iter().map(|(name, _)| name)
    }

    /// Bytes of its values.
    pub(super) fn len(&self) -> usize {
        let lengths = self.0.iter();
        lengths
            .map(|(_, value)| value.as_ref().map_or(0, |value| value.len()))
            .sum()
    }

    /// As text that no other variant of these names has.
    pub(super) fn text(&self) -> String {
        let fields = self.0.iter().map(|(_, value)| match value {
            None => String::new(),
            Some(value) => format!("={}", value.escape_ascii()),
        });
        fields.collect::<Vec<_>>().join("\n")
    }
}

/// What a request has under a name: its lines as one list.
fn value(request: &HeaderMap, name: &HeaderName) -> Option<Box<[u8]>> {
    let lines: Vec<&HeaderValue> = request.get_all(name).iter().collect();
    if lines.is_empty() {
        return None;
    }
    if *name == header::ACCEPT_ENCODING {
        return Some(codings(&lines).into());
    }
    let lines: Vec<&[u8]> = lines
        .iter()
        .map(|line| line.as_bytes().trim_ascii())
        .collect();
    Some(lines.join(&b", "[..]).into())
}

/// Clients say the same codings in many ways: they are told apart by what they say, not by order,
/// case or blanks.
fn codings(lines: &[&HeaderValue]) -> Vec<u8> {
    let elements = lines
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(|element| {
            let blank = |byte: &u8| !byte.is_ascii_whitespace();
            let element = element.iter().copied().filter(blank);
            element.collect::<Vec<u8>>().to_ascii_lowercase()
        });
    let mut elements: Vec<_> = elements.filter(|element| !element.is_empty()).collect();
    elements.sort_unstable();
    elements.dedup();
    elements.join(&b","[..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(fields: &[(&'static str, &str)]) -> HeaderMap {
        let fields = fields.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (HeaderName::from_static(name), value)
        });
        fields.collect()
    }

    #[test]
    fn names_of_vary() {
        for (lines, expected) in [
            (&[][..], Some("")),
            (&["Accept , Cookie"], Some("accept cookie")),
            (&["cookie", "accept,,cookie"], Some("accept cookie")),
            (&["*"], None),
            (&["accept, *"], None),
            (&["acc ept"], None),
        ] {
            let mut reply = HeaderMap::new();
            for line in lines {
                reply.append(header::VARY, HeaderValue::from_static(line));
            }
            let names = match Vary::of(&reply) {
                Vary::Names(names) => {
                    let names: Vec<_> = names.iter().map(HeaderName::as_str).collect();
                    Some(names.join(" "))
                }
                Vary::Anything => None,
            };
            assert_eq!(names.as_deref(), expected, "{lines:?}");
        }
    }

    #[test]
    fn requests_for_the_same() {
        let names = [header::ACCEPT_ENCODING, header::ACCEPT_LANGUAGE];
        for (one, other, same) in [
            (&[][..], &[][..], true),
            (
                &[("accept-language", "en")],
                &[("accept-language", "en")],
                true,
            ),
            (
                &[("accept-language", "en")],
                &[("accept-language", "de")],
                false,
            ),
            (&[("accept-language", "")], &[], false),
            (
                &[("accept-language", "en")],
                &[("accept-language", "EN")],
                false,
            ),
            (
                &[("accept-encoding", "gzip, deflate, br")],
                &[
                    ("accept-encoding", "br,GZIP"),
                    ("accept-encoding", "deflate"),
                ],
                true,
            ),
            (
                &[("accept-encoding", "gzip, br;q=0")],
                &[("accept-encoding", "gzip, br")],
                false,
            ),
            (&[("user-agent", "one")], &[("user-agent", "other")], true),
        ] {
            let (one, other) = (request(one), request(other));
            let variant = Variant::of(&names, &one).unwrap();
            assert!(variant.matches(&one), "{one:?}");
            assert_eq!(variant.matches(&other), same, "{one:?} {other:?}");
            let text = Variant::of(&names, &other).unwrap().text();
            assert_eq!(text == variant.text(), same, "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_is_too_large_is_no_variant() {
        let large = request(&[("accept-language", &"x".repeat(VARY_VALUES + 1))]);
        assert_eq!(Variant::of(&[header::ACCEPT_LANGUAGE], &large), None);
        assert!(Variant::of(&[header::ACCEPT], &large).is_some());
    }

    proptest! {
        #[test]
        fn what_matches_has_the_same_text(one in "[ -~]{0,12}", other in "[ -~]{0,12}") {
            let names = [header::ACCEPT_ENCODING, header::ACCEPT];
            let ask = |text: &str| request(&[("accept-encoding", text), ("accept", text)]);
            let (one, other) = (ask(&one), ask(&other));
            let (first, second) = (Variant::of(&names, &one), Variant::of(&names, &other));
            let (first, second) = (first.unwrap(), second.unwrap());
            prop_assert!(first.matches(&one));
            prop_assert_eq!(first.matches(&other), first.text() == second.text());
        }
    }
}
