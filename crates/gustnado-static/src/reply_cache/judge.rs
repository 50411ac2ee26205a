//! Whether a reply may be kept, and for how long (RFC 9111 sections 3 and 4.2, RFC 5861). Pure: it
//! must not know what is kept, nor clocks.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

use super::rules::Rules;
use crate::directive::OfReply;

/// How long a reply is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Life {
    /// How old it was when it came, as of a proxy that kept it before.
    pub(super) age: Duration,
    /// How old it may be and be sent as it is.
    pub(super) fresh: Duration,
    /// How much older, while another is made.
    pub(super) stale_while_revalidate: Duration,
    /// How much older, when another cannot be made.
    pub(super) stale_if_error: Duration,
}

/// Why a reply is not kept, as `Cache-Status` says it.
pub(super) type Refusal = &'static str;

/// How long a reply may be kept; else why it is not. `personal`: its request said who was asking.
pub(super) fn judge(
    rules: &Rules,
    personal: bool,
    status: StatusCode,
    headers: &HeaderMap,
    now: SystemTime,
) -> Result<Life, Refusal> {
    let said = OfReply::of(headers);
    if status.is_server_error() {
        return Err("error");
    }
    if said.no_store {
        return Err("no-store");
    }
    if said.private {
        return Err("private");
    }
    if said.no_cache {
        return Err("no-cache");
    }
    if headers.contains_key(header::SET_COOKIE) {
        return Err("set-cookie");
    }
    // RFC 9111 section 3.5 says so of `Authorization`; a cookie says who is asking as well.
    if personal && !said.public && said.s_maxage.is_none() {
        return Err("personal");
    }
    if is_stream_of_events(headers) {
        return Err("event-stream");
    }
    let fresh = fresh(rules, &said, status, headers, now)?;
    let age = age(headers);
    if fresh <= age {
        return Err("stale");
    }
    Ok(Life {
        age,
        fresh,
        stale_while_revalidate: stale(
            &said,
            said.stale_while_revalidate,
            rules.stale_while_revalidate,
        ),
        stale_if_error: stale(&said, said.stale_if_error, rules.stale_if_error),
    })
}

/// Whether a status can be kept, if its reply says for how long; and whether by itself. Not 400 and the
/// like: who sends what is wrong would have others see it.
fn keepable(status: StatusCode) -> Option<bool> {
    match status.as_u16() {
        200 | 203 | 301 | 308 => Some(true),
        204 | 300 | 302 | 303 | 307 | 404 | 405 | 410 | 414 | 451 => Some(false),
        _ => None,
    }
}

fn fresh(
    rules: &Rules,
    said: &OfReply,
    status: StatusCode,
    headers: &HeaderMap,
    now: SystemTime,
) -> Result<Duration, Refusal> {
    let by_itself = keepable(status).ok_or("status")?;
    if let Some(seconds) = said.s_maxage.or(said.max_age) {
        return Ok(Duration::from_secs(seconds));
    }
    if let Some(expires) = headers.get(header::EXPIRES) {
        // Section 5.3: what is no date has passed.
        let date = |value: &http::HeaderValue| httpdate::parse_http_date(value.to_str().ok()?).ok();
        let since = headers.get(header::DATE).and_then(date).unwrap_or(now);
        let time = date(expires).and_then(|expires| expires.duration_since(since).ok());
        return Ok(time.unwrap_or_default());
    }
    let time = rules.default_time.filter(|_| by_itself);
    time.ok_or("no-lifetime")
}

/// What the reply says goes first. `must-revalidate` forbids all that is stale; `s-maxage` what it does
/// not allow itself (section 5.2.2.10).
fn stale(said: &OfReply, own: Option<u64>, default: Duration) -> Duration {
    if said.must_revalidate {
        return Duration::ZERO;
    }
    let default = if said.s_maxage.is_some() {
        Duration::ZERO
    } else {
        default
    };
    own.map_or(default, Duration::from_secs)
}

/// Section 4.2.3, of what is said; the way from a handler takes no time.
fn age(headers: &HeaderMap) -> Duration {
    let value = headers.get(header::AGE);
    let seconds = value.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Duration::from_secs(seconds.unwrap_or(0))
}

fn is_stream_of_events(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    value.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn judged(
        rules: &Rules,
        personal: bool,
        status: u16,
        fields: &[(&'static str, &str)],
    ) -> Result<(u64, u64, u64), Refusal> {
        let fields = fields.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (HeaderName::from_static(name), value)
        });
        let headers: HeaderMap = fields.collect();
        let status = StatusCode::from_u16(status).unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let life = judge(rules, personal, status, &headers, now)?;
        Ok((
            (life.fresh - life.age).as_secs(),
            life.stale_while_revalidate.as_secs(),
            life.stale_if_error.as_secs(),
        ))
    }

    fn cc(value: &'static str) -> Vec<(&'static str, &'static str)> {
        vec![("cache-control", value)]
    }

    #[test]
    fn replies_that_say_how_long() {
        let rules = Rules::default();
        for (fields, expected) in [
            (vec![], Err("no-lifetime")),
            (cc("max-age=60"), Ok((60, 0, 0))),
            (cc("max-age=60, s-maxage=9"), Ok((9, 0, 0))),
            (cc("max-age=0"), Err("stale")),
            (cc("max-age=often"), Err("stale")),
            (cc("public"), Err("no-lifetime")),
            (cc("max-age=60, no-store"), Err("no-store")),
            (cc("max-age=60, private"), Err("private")),
            (cc("max-age=60, no-cache"), Err("no-cache")),
            (
                cc("max-age=9, stale-while-revalidate=8, stale-if-error=7"),
                Ok((9, 8, 7)),
            ),
            (cc("s-maxage=9, stale-while-revalidate=8"), Ok((9, 8, 0))),
            (
                cc("max-age=9, stale-while-revalidate=8, must-revalidate"),
                Ok((9, 0, 0)),
            ),
            (
                vec![("expires", "Sun, 06 Nov 1994 08:50:37 GMT")],
                Ok((60, 0, 0)),
            ),
            (
                vec![
                    ("expires", "Sun, 06 Nov 1994 08:50:37 GMT"),
                    ("date", "Sun, 06 Nov 1994 08:50:27 GMT"),
                ],
                Ok((10, 0, 0)),
            ),
            (vec![("expires", "0")], Err("stale")),
            (
                vec![("expires", "Sun, 06 Nov 1994 08:40:37 GMT")],
                Err("stale"),
            ),
            (
                vec![("cache-control", "max-age=60"), ("age", "10")],
                Ok((50, 0, 0)),
            ),
            (
                vec![("cache-control", "max-age=60"), ("age", "60")],
                Err("stale"),
            ),
            (
                vec![("cache-control", "max-age=60"), ("set-cookie", "a=b")],
                Err("set-cookie"),
            ),
            (
                vec![
                    ("cache-control", "max-age=60"),
                    ("content-type", "text/event-stream"),
                ],
                Err("event-stream"),
            ),
        ] {
            assert_eq!(judged(&rules, false, 200, &fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn replies_by_status() {
        let rules = Rules {
            default_time: Some(Duration::from_secs(5)),
            ..Rules::default()
        };
        for (status, said, by_itself) in [
            (200, Ok((60, 0, 0)), Ok((5, 0, 0))),
            (301, Ok((60, 0, 0)), Ok((5, 0, 0))),
            (302, Ok((60, 0, 0)), Err("no-lifetime")),
            (404, Ok((60, 0, 0)), Err("no-lifetime")),
            (204, Ok((60, 0, 0)), Err("no-lifetime")),
            (206, Err("status"), Err("status")),
            (304, Err("status"), Err("status")),
            (400, Err("status"), Err("status")),
            (401, Err("status"), Err("status")),
            (500, Err("error"), Err("error")),
            (503, Err("error"), Err("error")),
        ] {
            assert_eq!(
                judged(&rules, false, status, &cc("max-age=60")),
                said,
                "{status}"
            );
            assert_eq!(judged(&rules, false, status, &[]), by_itself, "{status}");
        }
    }

    #[test]
    fn what_is_made_for_somebody_has_to_say_that_it_is_for_all() {
        let rules = Rules {
            default_time: Some(Duration::from_secs(5)),
            ..Rules::default()
        };
        for (value, expected) in [
            ("max-age=60", Err("personal")),
            ("", Err("personal")),
            ("must-revalidate, max-age=60", Err("personal")),
            ("public, max-age=60", Ok((60, 0, 0))),
            ("public", Ok((5, 0, 0))),
            ("s-maxage=60", Ok((60, 0, 0))),
        ] {
            assert_eq!(judged(&rules, true, 200, &cc(value)), expected, "{value}");
        }
    }

    #[test]
    fn stale_by_the_layer_where_the_reply_does_not_say() {
        let rules = Rules {
            stale_while_revalidate: Duration::from_secs(3),
            stale_if_error: Duration::from_secs(4),
            ..Rules::default()
        };
        for (value, expected) in [
            ("max-age=9", Ok((9, 3, 4))),
            ("max-age=9, stale-if-error=0", Ok((9, 3, 0))),
            ("s-maxage=9", Ok((9, 0, 0))),
            ("max-age=9, proxy-revalidate", Ok((9, 0, 0))),
        ] {
            assert_eq!(judged(&rules, false, 200, &cc(value)), expected, "{value}");
        }
    }
}
