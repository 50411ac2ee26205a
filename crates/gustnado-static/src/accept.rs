//! What kind of answer a client wants: by `Accept` (RFC 9110 section 12.5.1), and by what browsers say
//! of why they ask. It must not know what there is.

use http::{HeaderMap, HeaderName, header};

/// Why a browser asks (Fetch Metadata Request Headers, section 2.2).
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Whether a person goes to a page, by a browser that says so or, of one that does not, by its
/// asking for HTML.
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    match headers.get(SEC_FETCH_MODE) {
        Some(mode) => mode == "navigate",
        None => names(headers, "text/html"),
    }
}

/// Whether JSON is asked for, and HTML is not.
pub(crate) fn prefers_json(headers: &HeaderMap) -> bool {
    names(headers, "application/json") && !names(headers, "text/html")
}

/// Whether a type is named in `Accept`, and not refused.
fn names(headers: &HeaderMap, media_type: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let is_it = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(media_type));
            is_it && !parts.any(is_refusal)
        })
}

/// Whether a parameter is `q=0`.
fn is_refusal(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("q") && value.trim().parse() == Ok(0.0_f32)
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    // Rule 78
    #[test]
    fn what_is_a_navigation() {
        for (fields, expected) in [
            (
                &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")][..],
                true,
            ),
            (
                &[
                    ("accept", "application/json"),
                    ("accept", "Text/HTML;q=0.1"),
                ],
                true,
            ),
            (&[("sec-fetch-mode", "navigate")], true),
            (
                &[("sec-fetch-mode", "cors"), ("accept", "text/html")],
                false,
            ),
            (&[("sec-fetch-mode", "no-cors"), ("accept", "*/*")], false),
            (&[("accept", "*/*")], false),
            (&[("accept", "application/json")], false),
            (&[("accept", "text/html;q=0")], false),
            (&[("accept", "text/html; level=1; Q = 0.000")], false),
            (&[("accept", "text/htmlx")], false),
            (&[], false),
        ] {
            assert_eq!(is_navigation(&headers(fields)), expected, "{fields:?}");
        }
    }

    #[test]
    fn json_is_for_those_who_ask_for_it() {
        assert!(prefers_json(&headers(&[("accept", "application/json")])));
        let browser = headers(&[("accept", "text/html, application/json")]);
        assert!(!prefers_json(&browser));
        assert!(!prefers_json(&headers(&[("accept", "*/*")])));
    }
}
