//! The values of a cookie in the `Cookie` fields of a request. It must not know who asks for it.

/// The values of the cookies of this name, in the order sent, as bytes and without their quotes.
///
/// Pairs are separated by `;` (RFC 6265 section 4.2.1), in one field or, as HTTP/2 has it (RFC
/// 9113 section 8.2.3), in several. What is no pair is passed over: a request is full of cookies
/// that others have set.
pub(crate) fn values<'a>(
    fields: impl Iterator<Item = &'a [u8]>,
    name: &str,
) -> impl Iterator<Item = &'a [u8]> {
    let pairs = fields.flat_map(|field| field.split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| value(pair, name))
}

/// The value of a pair, if it has this name. Names are case-sensitive.
fn value<'a>(pair: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let equals = pair.iter().position(|byte| *byte == b'=')?;
    let (its, value) = (&pair[..equals], pair[equals + 1..].trim_ascii());
    (its.trim_ascii() == name.as_bytes()).then(|| unquoted(value))
}

/// Quotes around a value are no part of it: RFC 6265 section 4.1.1 allows them, and programs that
/// set cookies disagree about them.
fn unquoted(value: &[u8]) -> &[u8] {
    let inner = value.strip_prefix(b"\"");
    let inner = inner.and_then(|inner| inner.strip_suffix(b"\""));
    inner.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_name() {
        type Texts = &'static [&'static [u8]];
        let table: [(Texts, Texts); 14] = [
            (&[b"a=1"], &[b"1"]),
            (&[b"a=1; b=2; a=3"], &[b"1", b"3"]),
            (&[b"b=2", b"a=1", b"a=2"], &[b"1", b"2"]),
            (&[b" a = 1 ;b"], &[b"1"]),
            (&[b"a=\"1\""], &[b"1"]),
            (&[b"a=\"1"], &[b"\"1"]),
            (&[b"a=\""], &[b"\""]),
            (&[b"a=1=2"], &[b"1=2"]),
            (&[b"a="], &[b""]),
            (&[b"a=%20+"], &[b"%20+"]),
            (&[b"a=\xff"], &[b"\xff"]),
            (&[b"a; =1; ;;A=1; aa=1; a"], &[]),
            (&[b"", b"="], &[]),
            (&[], &[]),
        ];
        for (fields, expected) in table {
            let found: Vec<&[u8]> = values(fields.iter().copied(), "a").collect();
            assert_eq!(found, expected, "{fields:?}");
        }
    }
}
