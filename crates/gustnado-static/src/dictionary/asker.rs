//! What a request says of dictionaries, and of who may read its answer: in one look over its fields. It
//! must not know files, nor which proxies are trusted.

use http::HeaderValue;

/// What a request says, undecoded. Of a field that stands there twice, neither counts for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Asker<'r> {
    /// `Available-Dictionary`.
    pub(crate) available: Field<'r>,
    host: Field<'r>,
    site: Field<'r>,
    mode: Field<'r>,
    origin: Field<'r>,
}

/// A field that is there once, or not at all, or cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Field<'r> {
    #[default]
    None,
    Once(&'r [u8]),
    Often,
}

impl<'r> Field<'r> {
    fn note(&mut self, value: &'r [u8]) {
        *self = match self {
            Self::None => Self::Once(value),
            Self::Once(_) | Self::Often => Self::Often,
        };
    }

    pub(crate) fn once(self) -> Option<&'r [u8]> {
        match self {
            Self::Once(value) => Some(value.trim_ascii()),
            Self::None | Self::Often => None,
        }
    }

    fn is(self, value: &str) -> bool {
        self.once() == Some(value.as_bytes())
    }
}

impl<'r> Asker<'r> {
    pub(crate) fn of(fields: impl Iterator<Item = (&'r [u8], &'r [u8])>) -> Self {
        let mut asker = Self::default();
        for (name, value) in fields {
            let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
            // Their lengths tell most names apart.
            match name.len() {
                4 if is("host") => asker.host.note(value),
                6 if is("origin") => asker.origin.note(value),
                14 if is("sec-fetch-site") => asker.site.note(value),
                14 if is("sec-fetch-mode") => asker.mode.note(value),
                20 if is("available-dictionary") => asker.available.note(value),
                _ => {}
            }
        }
        asker
    }

    /// Whether it asks for a host that is this machine, by a name or an address that leads nowhere else. Such
    /// a context is secure without TLS (Secure Contexts section 3.1).
    pub(crate) fn asks_this_machine(&self) -> bool {
        let host = self.host.once();
        host.and_then(|host| std::str::from_utf8(host).ok())
            .is_some_and(is_loopback)
    }

    /// Whether whoever asks may read the answer (RFC 9842 section 9.3.3): a page of the same origin, a person
    /// who goes there, or a page of another origin that the answer lets read it. `allowed` is the answer's
    /// `Access-Control-Allow-Origin`. What says nothing of this is no browser that knows dictionaries.
    pub(crate) fn can_read(&self, allowed: Option<&HeaderValue>) -> bool {
        if self.site.is("same-origin") || self.mode == Field::None {
            return self.mode != Field::Often;
        }
        if self.mode.is("navigate") || self.mode.is("same-origin") {
            return true;
        }
        let Some((origin, allowed)) = self.origin.once().zip(allowed) else {
            return false;
        };
        self.mode.is("cors") && (allowed == "*" || *allowed == *origin)
    }
}

/// Whether the value of `Host` names this machine.
fn is_loopback(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.starts_with("::1]");
    }
    let name = host.split(':').next().unwrap_or_default();
    if let Ok(address) = name.parse::<std::net::Ipv4Addr>() {
        return address.is_loopback();
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let (before, last) = name.rsplit_once('.').unwrap_or(("x", name));
    !before.is_empty() && last.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker<'r>(fields: &[(&'r str, &'r str)]) -> Asker<'r> {
        let bytes = |(name, value): &(&'r str, &'r str)| (name.as_bytes(), value.as_bytes());
        Asker::of(fields.iter().map(bytes))
    }

    // Rule 57
    #[test]
    fn this_machine_is_known_by_its_names() {
        for (host, here) in [
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("app.localhost:80", true),
            ("localhost.", true),
            ("127.0.0.1:8080", true),
            ("127.8.0.1", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("[::2]", false),
            ("example.org", false),
            ("localhost.example.org", false),
            ("notlocalhost", false),
            (".localhost", false),
            ("127.0.0.1.example.org", false),
            ("128.0.0.1", false),
            ("0.0.0.0", false),
            ("", false),
        ] {
            assert_eq!(asker(&[("Host", host)]).asks_this_machine(), here, "{host}");
        }
        assert!(!asker(&[]).asks_this_machine());
        let both = asker(&[("host", "localhost"), ("host", "localhost")]);
        assert!(!both.asks_this_machine());
    }

    // Rule 57
    #[test]
    fn who_may_read_the_answer() {
        let [same, near, far] =
            ["same-origin", "same-site", "cross-site"].map(|is| ("Sec-Fetch-Site", is));
        let [cors, no_cors, other] =
            ["cors", "no-cors", "websocket"].map(|is| ("sec-fetch-mode", is));
        let (goes, from) = (("sec-fetch-mode", "navigate"), ("origin", "https://a.b"));
        for (fields, allowed, good) in [
            (&[][..], None, true),
            (&[same, no_cors], None, true),
            (&[same, cors], None, true),
            (&[("sec-fetch-site", "none"), goes], None, true),
            (&[far, goes], None, true),
            (&[far, no_cors], None, false),
            (&[near, no_cors], Some("*"), false),
            (&[near, cors, from], None, false),
            (&[near, cors, from], Some("*"), true),
            (&[far, cors, from], Some("https://a.b"), true),
            (&[far, cors, from], Some("https://a.c"), false),
            (&[far, cors], Some("*"), false),
            (&[far, other, from], Some("*"), false),
            (&[cors, goes], None, false),
            (&[same, far, no_cors], None, false),
        ] {
            let allowed = allowed.map(HeaderValue::from_static);
            let can = asker(fields).can_read(allowed.as_ref());
            assert_eq!(can, good, "{fields:?} {allowed:?}");
        }
    }

    #[test]
    fn a_dictionary_is_named_once() {
        let once = asker(&[("Available-Dictionary", " :a: ")]);
        assert_eq!(once.available.once(), Some(&b":a:"[..]));
        let twice = asker(&[
            ("available-dictionary", ":a:"),
            ("available-dictionary", ":a:"),
        ]);
        assert_eq!(twice.available, Field::Often);
        assert_eq!(twice.available.once(), None);
    }
}
