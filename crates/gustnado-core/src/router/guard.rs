//! Conditions on the head of a request, under which routes stand. It must not know the routes.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use http::{HeaderName, HeaderValue, request::Parts};

use crate::trust::asked_for;

/// A condition on the head of a request.
#[derive(Clone)]
pub(crate) enum Guard {
    Host(Host),
    /// One of the fields of this name has this value.
    Header(HeaderName, HeaderValue),
    Check(Arc<Check>),
}

/// A condition that a program made up.
pub(crate) type Check = dyn Fn(&Parts) -> bool + Send + Sync;

/// A host, or all hosts below a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    /// In lower case.
    name: String,
    below: bool,
}

/// Conditions that must all hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guards(Vec<Guard>);

impl Guards {
    /// These and more, each once.
    pub(crate) fn and(&self, more: &[Guard]) -> Self {
        let mut all = self.clone();
        for guard in more {
            if !all.0.contains(guard) {
                all.0.push(guard.clone());
            }
        }
        all
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all hold for this request.
    pub(crate) fn hold(&self, head: &Parts) -> bool {
        self.0.iter().all(|guard| guard.holds(head))
    }

    /// Two hosts that no request can be for.
    pub(crate) fn contradiction(&self) -> Option<(&Host, &Host)> {
        let hosts: Vec<&Host> = self.hosts().collect();
        let pairs = hosts.iter().enumerate();
        let mut pairs =
            pairs.flat_map(|(index, one)| hosts[..index].iter().map(move |o| (*o, *one)));
        pairs.find(|(one, other)| !one.overlaps(other))
    }

    /// How narrow they are: of two that hold, the greater is asked first.
    pub(crate) fn rank(&self) -> (usize, usize) {
        let host = self.hosts().map(Host::rank).max();
        (host.unwrap_or(0), self.0.len())
    }

    fn hosts(&self) -> impl Iterator<Item = &Host> {
        self.0.iter().filter_map(|guard| match guard {
            Guard::Host(host) => Some(host),
            Guard::Header(..) | Guard::Check(_) => None,
        })
    }
}

/// In whatever order.
impl PartialEq for Guards {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|guard| other.0.contains(guard))
    }
}

impl Guard {
    fn holds(&self, head: &Parts) -> bool {
        match self {
            Self::Host(host) => host_of(head).is_some_and(|name| host.is(name)),
            Self::Header(name, value) => head.headers.get_all(name).iter().any(|has| has == value),
            Self::Check(check) => {
                catch_unwind(AssertUnwindSafe(|| check(head))).unwrap_or_else(|_panic| {
                    tracing::error!("a guard panicked; it counts as one that does not hold");
                    false
                })
            }
        }
    }
}

/// Two checks are the same only where one was copied.
impl PartialEq for Guard {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Host(one), Self::Host(other)) => one == other,
            (Self::Header(name, value), Self::Header(other, has)) => name == other && value == has,
            (Self::Check(one), Self::Check(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(f, "Host({host})"),
            Self::Header(name, value) => write!(f, "Header({name}: {value:?})"),
            Self::Check(_) => f.write_str("Check"),
        }
    }
}

impl Host {
    /// Reads `example.com`, `127.0.0.1`, `[::1]`, or `*.example.com`.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let plain = text.strip_prefix("*.");
        let name = plain.unwrap_or(text);
        let address = name.strip_prefix('[').and_then(|v6| v6.strip_suffix(']'));
        if let Some(v6) = address.filter(|_| plain.is_none()) {
            let parsed = v6.parse::<std::net::Ipv6Addr>();
            parsed.map_err(|_| "is no IPv6 address in brackets")?;
        } else if name.contains('/') {
            return Err("is no host: leave out the scheme and the path");
        } else if name.contains(':') {
            return Err("has a port, which hosts are compared without");
        } else if name.contains('*') {
            return Err("can have one `*`, as its first label");
        } else if !name.split('.').all(is_label) {
            return Err("is no host: write `example.com`, or `*.example.com` for all below it");
        }
        Ok(Self {
            name: name.to_ascii_lowercase(),
            below: plain.is_some(),
        })
    }

    fn is(&self, host: &str) -> bool {
        if !self.below {
            return host.eq_ignore_ascii_case(&self.name);
        }
        let length = host.len().checked_sub(self.name.len());
        let split = length.and_then(|length| host.split_at_checked(length));
        split.is_some_and(|(label, domain)| {
            label.len() > 1 && label.ends_with('.') && domain.eq_ignore_ascii_case(&self.name)
        })
    }

    /// Whether a host can be both.
    fn overlaps(&self, other: &Self) -> bool {
        match (self.below, other.below) {
            (false, false) => self == other,
            (true, false) => self.is(&other.name),
            (false, true) => other.is(&self.name),
            (true, true) => self.name == other.name || self.is(&other.name) || other.is(&self.name),
        }
    }

    /// A host that is written out before a domain, a long domain before a short one.
    fn rank(&self) -> usize {
        if self.below {
            self.name.len()
        } else {
            usize::MAX
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.below { "*." } else { "" };
        write!(f, "{star}{}", self.name)
    }
}

fn is_label(label: &str) -> bool {
    let within = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !label.is_empty() && label.bytes().all(within)
}

/// The host a request is for, without its port.
fn host_of(head: &Parts) -> Option<&str> {
    let host = without_port(asked_for(head)?);
    // With a dot at its end a name is the same one, written in full.
    Some(host.strip_suffix('.').unwrap_or(host))
}

fn without_port(host: &str) -> &str {
    let end = match host.find(']') {
        Some(bracket) if host.starts_with('[') => bracket + 1,
        _ => host.find(':').unwrap_or(host.len()),
    };
    &host[..end]
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap()
    }

    #[test]
    fn hosts_are_compared_without_port_and_case() {
        let table = [
            ("example.com", "example.com", true),
            ("Example.COM", "eXample.com:8080", true),
            ("example.com", "example.com.", true),
            ("example.com", "www.example.com", false),
            ("example.com", "example.com.evil.org", false),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "A.b.Example.com:1", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", ".example.com", false),
            ("*.example.com", "badexample.com", false),
            ("*.example.com", "", false),
            ("*.example.com", "ééééééé", false),
            ("[::1]", "[::1]:80", true),
            ("127.0.0.1", "127.0.0.1:80", true),
        ];
        for (guard, given, expected) in table {
            let mut request = http::Request::new(());
            let value = HeaderValue::from_bytes(given.as_bytes()).unwrap();
            request.headers_mut().insert(header::HOST, value);
            let (mut head, ()) = request.into_parts();
            let guard = Guard::Host(host(guard));
            assert_eq!(guard.holds(&head), expected, "{guard:?} {given}");
            // What the target names has the last word, and two hosts are none.
            head.uri = http::Uri::from_static("http://target.example:9/");
            let target = Guard::Host(host("target.example"));
            assert!(target.holds(&head) && !guard.holds(&head), "{guard:?}");
            head.uri = http::Uri::default();
            let other = HeaderValue::from_static("other.example");
            head.headers.append(header::HOST, other);
            assert!(!guard.holds(&head), "{guard:?} {given}");
        }
    }

    #[test]
    fn hosts_that_are_none_say_so() {
        let table = [
            ("", "is no host"),
            ("http://a", "leave out the scheme"),
            ("a:80", "has a port"),
            ("a.*.b", "one `*`"),
            ("*", "one `*`"),
            ("a..b", "is no host"),
            ("a b", "is no host"),
            ("[::x]", "is no IPv6"),
        ];
        for (text, expected) in table {
            let error = Host::parse(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn hosts_that_exclude_each_other_are_found() {
        let table = [
            ("a.b", "a.b", false),
            ("a.b", "A.B", false),
            ("a.b", "c.b", true),
            ("*.b", "a.b", false),
            ("a.b", "*.c", true),
            ("*.b", "*.a.b", false),
            ("*.a", "*.b", true),
        ];
        for (one, other, expected) in table {
            let guards = [one, other].map(|text| Guard::Host(host(text)));
            let guards = Guards::default().and(&guards);
            assert_eq!(guards.contradiction().is_some(), expected, "{one} {other}");
        }
    }
}
