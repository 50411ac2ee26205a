//! Digests of what is served (RFC 9530): whether a client wants one, and the field that has it. It must
//! not know which bytes they are of.

#[cfg(feature = "digest")]
use base64::{Engine, engine::general_purpose::STANDARD};
#[cfg(feature = "digest")]
use http::HeaderValue;
use http::{HeaderMap, HeaderName};
#[cfg(feature = "digest")]
use sha2::{Digest, Sha256};

/// The field with the digest of a representation: of all its bytes, in their coding, also where only
/// some of them are sent (section 3).
pub(crate) const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// The field of a client that wants one (section 4).
pub(crate) const WANT_REPR_DIGEST: HeaderName = HeaderName::from_static("want-repr-digest");

/// Whether a digest by SHA-256, the one that is made, is wanted: whether its weight is there and not
/// 0. What is not well-formed counts for nothing.
#[cfg(feature = "digest")]
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(WANT_REPR_DIGEST).iter();
    let members = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    // Of a name that stands there twice, the last counts (RFC 9651 section 4.2.2).
    let weight = members.filter_map(weight_of_sha_256).next_back();
    weight.is_some_and(|weight| (1..=10).contains(&weight))
}

/// Whether one is wanted that can be made: none can.
#[cfg(not(feature = "digest"))]
pub(crate) fn is_wanted(_headers: &HeaderMap) -> bool {
    false
}

#[cfg(feature = "digest")]
fn weight_of_sha_256(member: &str) -> Option<u8> {
    let (name, value) = member.split_once('=')?;
    let value = value.split(';').next()?;
    (name.trim() == "sha-256").then(|| value.trim().parse().unwrap_or(0))
}

/// The value of `Repr-Digest` for these bytes.
#[cfg(feature = "digest")]
pub(crate) fn sha_256(bytes: &[u8]) -> HeaderValue {
    let digest = STANDARD.encode(Sha256::digest(bytes));
    // Letters, digits and a few signs are always a header value.
    HeaderValue::try_from(format!("sha-256=:{digest}:"))
        .unwrap_or_else(|_| HeaderValue::from_static("sha-256=::"))
}

#[cfg(feature = "digest")]
#[cfg(test)]
mod tests {
    use super::*;

    // Rule 80
    #[test]
    fn what_is_wanted() {
        for (lines, expected) in [
            (&["sha-256=10"][..], true),
            (&["sha-512=3, sha-256=1"], true),
            (&["sha-512=3", " sha-256=2;x=y "], true),
            (&["sha-256=0"], false),
            (&["sha-256=5, sha-256=0"], false),
            (&["sha-256=0", "sha-256=5"], true),
            (&["sha-512=10"], false),
            (&["sha-256"], false),
            (&["sha-256=11"], false),
            (&["sha-256=much"], false),
            (&["SHA-256=5"], false),
            (&["=, ,;="], false),
            (&[], false),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(WANT_REPR_DIGEST, HeaderValue::from_static(line));
            }
            assert_eq!(is_wanted(&headers), expected, "{lines:?}");
        }
    }

    // Rule 80: the example of RFC 9530, appendix B.1.
    #[test]
    fn a_digest_is_that_of_the_standard() {
        let bytes = b"{\"hello\": \"world\"}\n";
        let expected = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        assert_eq!(sha_256(bytes), expected);
    }
}
