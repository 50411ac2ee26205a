//! `Cache-Status`: how a request was answered (RFC 9211). It must not know why.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// By what is kept, which is fresh for so many seconds, or was so long ago.
    Hit { ttl: i64 },
    /// By a handler.
    Forwarded {
        /// Why: one of the words of section 2.2.
        why: &'static str,
        /// What came of it was kept.
        stored: bool,
        /// It was the run of another request.
        collapsed: bool,
        /// What the handler said, where that was not sent.
        status: Option<StatusCode>,
        detail: Option<&'static str>,
    },
}

impl How {
    pub(super) fn forwarded(why: &'static str) -> Self {
        Self::Forwarded {
            why,
            stored: false,
            collapsed: false,
            status: None,
            detail: None,
        }
    }

    pub(super) fn because(why: &'static str, detail: &'static str) -> Self {
        Self::Forwarded {
            why,
            stored: false,
            collapsed: false,
            status: None,
            detail: Some(detail),
        }
    }

    fn text(self) -> String {
        let mut text = String::from("gustnado");
        match self {
            Self::Hit { ttl } => {
                let _ = write!(text, "; hit; ttl={ttl}");
            }
            Self::Forwarded {
                why,
                stored,
                collapsed,
                status,
                detail,
            } => {
                let _ = write!(text, "; fwd={why}");
                if let Some(status) = status {
                    let _ = write!(text, "; fwd-status={}", status.as_u16());
                }
                if stored {
                    text.push_str("; stored");
                }
                if collapsed {
                    text.push_str("; collapsed");
                }
                if let Some(detail) = detail {
                    let _ = write!(text, "; detail={detail}");
                }
            }
        }
        text
    }

    /// Says it, behind what caches nearer to the handler said.
    pub(super) fn say(self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::try_from(self.text()) {
            headers.append(CACHE_STATUS, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_order() {
        let forwarded = How::Forwarded {
            why: "stale",
            stored: true,
            collapsed: true,
            status: Some(StatusCode::SERVICE_UNAVAILABLE),
            detail: Some("error"),
        };
        for (how, expected) in [
            (How::Hit { ttl: 7 }, "gustnado; hit; ttl=7"),
            (How::Hit { ttl: -7 }, "gustnado; hit; ttl=-7"),
            (How::forwarded("uri-miss"), "gustnado; fwd=uri-miss"),
            (
                How::because("bypass", "range"),
                "gustnado; fwd=bypass; detail=range",
            ),
            (
                forwarded,
                "gustnado; fwd=stale; fwd-status=503; stored; collapsed; detail=error",
            ),
        ] {
            assert_eq!(how.text(), expected);
        }
    }
}
