//! What must hold of what proxies say, whatever stood there before them. It must not know who makes
//! it up.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, Request, header::FORWARDED};

use super::{Network, Trust};
use crate::arrival::Arrival;

/// Who is named last, and not trusted, is the client, whatever was said before. The bytes are lines
/// of `Forwarded`, and behind a NUL one of `X-Forwarded-For`.
pub fn client(bytes: &[u8]) {
    let [forwarded, x_forwarded] = match bytes.iter().position(|byte| *byte == 0) {
        Some(at) => [&bytes[..at], &bytes[at + 1..]],
        None => [bytes, &[]],
    };
    let mut headers = HeaderMap::new();
    for line in forwarded.split(|byte| *byte == b'\n') {
        append(&mut headers, FORWARDED, line);
    }
    let by_old_field = HeaderName::from_static("x-forwarded-for");
    append(&mut headers, by_old_field.clone(), x_forwarded);
    look(&headers);
    let last = HeaderValue::from_static("for=192.0.2.1");
    headers.append(FORWARDED, last);
    let asked = look(&headers);
    if headers.contains_key(&by_old_field) {
        // Where the two differ, nobody is believed.
        let named = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        assert!(asked.is_none() || asked == named, "{asked:?}");
    } else {
        assert_eq!(asked, Some(Ipv4Addr::new(192, 0, 2, 1).into()));
    }
}

/// Whether a host can end nothing that it is written into.
pub(crate) fn is_harmless(host: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !b"/?#@\\<>\"{}|^`".contains(byte);
    host.iter().all(plain)
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value)
        && !value.is_empty()
    {
        headers.append(name, value);
    }
}

/// The client's address, and that what was said of the host can end nothing that it is written into.
fn look(headers: &HeaderMap) -> Option<IpAddr> {
    let Ok(network) = Network::parse("127.0.0.0/8") else {
        return None;
    };
    let trust = Trust::new(vec![network]);
    let arrival = Arrival::from(SocketAddr::from(([127, 0, 0, 1], 1)));
    let mut request = Request::new(());
    *request.headers_mut() = headers.clone();
    let (head, ()) = request.into_parts();
    let client = trust.client(arrival, &head);
    assert!(
        client
            .host()
            .is_none_or(|host| is_harmless(host.as_bytes()))
    );
    assert_eq!(client.ip(), trust.address(arrival, || headers));
    client.ip()
}
