//! Saying that an answer depends on a field of the request (RFC 9110 section 12.5.5). It must not know
//! which.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Adds a name to `Vary`, unless it is there or `*` is.
pub(super) fn add(headers: &mut HeaderMap, name: &HeaderName) {
    let says = |line: &HeaderValue| {
        let names = line.as_bytes().split(|byte| *byte == b',');
        names
            .map(<[u8]>::trim_ascii)
            .any(|listed| listed == b"*" || listed.eq_ignore_ascii_case(name.as_str().as_bytes()))
    };
    if !headers.get_all(header::VARY).iter().any(says) {
        headers.append(header::VARY, HeaderValue::from(name.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_said_once() {
        for (lines, expected) in [
            (&[][..], "accept-encoding"),
            (&["Accept-Encoding"], "Accept-Encoding"),
            (&["cookie , ACCEPT-encoding"], "cookie , ACCEPT-encoding"),
            (&["*"], "*"),
            (&["accept"], "accept|accept-encoding"),
            (
                &["accept", "cookie, accept-encoding"],
                "accept|cookie, accept-encoding",
            ),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::VARY, HeaderValue::from_static(line));
            }
            add(&mut headers, &header::ACCEPT_ENCODING);
            let left = headers.get_all(header::VARY).iter();
            let left: Vec<_> = left.map(|line| line.to_str().unwrap()).collect();
            assert_eq!(left.join("|"), expected);
        }
    }
}
