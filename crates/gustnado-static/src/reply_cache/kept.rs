//! A reply that is kept, and the answers made of it. It must not know where it is kept.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use gustnado_core::Body;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tokio::time::Instant;

use super::{judge::Life, limits::OVERHEAD, variant::Variant};

/// A reply that is kept.
#[derive(Debug)]
pub(super) struct Kept {
    head: Draft,
    body: Bytes,
    /// When it was as old as it said.
    since: Instant,
}

/// All of it but its body.
#[derive(Debug)]
pub(super) struct Draft {
    status: StatusCode,
    headers: HeaderMap,
    variant: Variant,
    tags: Box<[Box<str>]>,
    life: Life,
    since: Instant,
    weight: usize,
}

/// What a kept reply is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Good {
    Fresh,
    /// To be sent while another is made; it is good in place of an error too.
    WhileRevalidating,
    /// To be sent in place of an error.
    InsteadOfError,
    Nothing,
}

impl Draft {
    /// What of a reply is to be kept beside its body.
    pub(super) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        variant: Variant,
        tags: Box<[Box<str>]>,
        life: Life,
    ) -> Self {
        let headers = lasting(headers);
        let fields = headers.iter();
        let fields: usize = fields
            .map(|(name, value)| name.as_str().len() + value.len() + 64)
            .sum();
        let tagged: usize = tags.iter().map(|tag| tag.len() + 16).sum();
        Self {
            weight: OVERHEAD + fields + tagged + variant.len(),
            status,
            headers,
            variant,
            tags,
            life,
            since: Instant::now(),
        }
    }

    /// Bytes that it takes.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// The whole of it.
    pub(super) fn with(self, body: &[u8]) -> Kept {
        Kept {
            since: self.since,
            head: self,
            // What is kept for long should not hold on to what it is a part of.
            body: Bytes::copy_from_slice(body),
        }
    }
}

impl Kept {
    pub(super) fn weight(&self) -> usize {
        self.head.weight + self.body.len()
    }

    pub(super) fn tags(&self) -> &[Box<str>] {
        &self.head.tags
    }

    pub(super) fn variant(&self) -> &Variant {
        &self.head.variant
    }

    pub(super) fn good(&self, now: Instant) -> Good {
        let life = &self.head.life;
        let Some(stale) = self.age(now).checked_sub(life.fresh) else {
            return Good::Fresh;
        };
        if stale < life.stale_while_revalidate {
            Good::WhileRevalidating
        } else if stale < life.stale_if_error {
            Good::InsteadOfError
        } else {
            Good::Nothing
        }
    }

    /// Whether it is good in place of an error.
    pub(super) fn stands_in(&self, now: Instant) -> bool {
        let life = &self.head.life;
        self.age(now) < life.fresh + life.stale_if_error
    }

    pub(super) fn age(&self, now: Instant) -> Duration {
        self.head.life.age + now.saturating_duration_since(self.since)
    }

    /// Seconds that it is fresh for; less than none when it is stale.
    pub(super) fn ttl(&self, now: Instant) -> i64 {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        seconds(self.head.life.fresh) - seconds(self.age(now))
    }

    /// The answer made of it (RFC 9111 section 4).
    pub(super) fn answer(&self, now: Instant) -> http::Response<Body> {
        let mut answer = http::Response::new(Body::from(self.body.clone()));
        *answer.status_mut() = self.head.status;
        let headers = answer.headers_mut();
        headers.clone_from(&self.head.headers);
        headers.insert(header::AGE, HeaderValue::from(self.age(now).as_secs()));
        answer
    }
}

/// The fields that are kept (RFC 9111 section 3.1): all but those of the connection, those of the one
/// request, and those that are said anew. Each with bytes of its own.
fn lasting(headers: &HeaderMap) -> HeaderMap {
    let lines = headers.get_all(header::CONNECTION).iter();
    let named = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let named: Vec<_> = named
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .collect();
    let kept = headers
        .iter()
        .filter(|(name, _)| !PASSING.contains(name) && !named.contains(name));
    let copied = kept.filter_map(|(name, value)| {
        let mut copy = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        copy.set_sensitive(value.is_sensitive());
        Some((name.clone(), copy))
    });
    let mut kept = HeaderMap::new();
    for (name, value) in copied {
        kept.append(name, value);
    }
    // Of what is kept, `Date` says when it was made, and `Expires` is seen from there.
    if !kept.contains_key(header::DATE)
        && let Ok(date) = HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::now()))
    {
        kept.insert(header::DATE, date);
    }
    kept
}

const PASSING: [HeaderName; 14] = [
    header::AGE,
    header::CONNECTION,
    // The body says it.
    header::CONTENT_LENGTH,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::SET_COOKIE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-authentication-info"),
    HeaderName::from_static("proxy-connection"),
    // The name of another request.
    HeaderName::from_static("x-request-id"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(fresh: u64, revalidate: u64, error: u64, age: u64) -> Kept {
        let life = Life {
            age: Duration::from_secs(age),
            fresh: Duration::from_secs(fresh),
            stale_while_revalidate: Duration::from_secs(revalidate),
            stale_if_error: Duration::from_secs(error),
        };
        let variant = Variant::default();
        Draft::new(
            StatusCode::OK,
            &HeaderMap::new(),
            variant,
            Box::new([]),
            life,
        )
        .with(b"body")
    }

    #[test]
    fn what_it_is_good_for_changes_with_its_age() {
        for (kept, after, good, stands_in, ttl) in [
            (kept(10, 0, 0, 0), 9, Good::Fresh, true, 1),
            (kept(10, 0, 0, 0), 10, Good::Nothing, false, 0),
            (kept(10, 0, 0, 5), 5, Good::Nothing, false, 0),
            (kept(10, 5, 0, 0), 14, Good::WhileRevalidating, false, -4),
            (kept(10, 5, 0, 0), 15, Good::Nothing, false, -5),
            (kept(10, 5, 20, 0), 14, Good::WhileRevalidating, true, -4),
            (kept(10, 5, 20, 0), 29, Good::InsteadOfError, true, -19),
            (kept(10, 5, 20, 0), 30, Good::Nothing, false, -20),
        ] {
            let now = kept.since + Duration::from_secs(after);
            assert_eq!(kept.good(now), good, "{after}");
            assert_eq!(kept.stands_in(now), stands_in, "{after}");
            assert_eq!(kept.ttl(now), ttl, "{after}");
        }
    }

    #[test]
    fn fields_of_the_connection_and_of_the_request_are_not_kept() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("content-length", "5"),
            ("age", "5"),
            ("x-request-id", "7"),
            ("link", "</a>"),
            ("link", "</b>"),
            ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let left = lasting(&headers);
        let names: Vec<_> = left.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["link", "link", "date"]);
        assert_eq!(left["date"], "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
