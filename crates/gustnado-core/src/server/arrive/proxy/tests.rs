//! Headers that are, and bytes that are none.

use proptest::prelude::{any, proptest};

use super::*;

fn peer(addr: &str) -> Header {
    Header {
        origin: Origin::Peer(addr.parse().unwrap()),
        secure: false,
    }
}

const BALANCER: Header = Header {
    origin: Origin::Balancer,
    secure: false,
};

const LOCAL: Header = Header {
    origin: Origin::Local,
    secure: false,
};

fn v2(command: u8, family: u8, rest: &[&[u8]]) -> Vec<u8> {
    let rest = rest.concat();
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &length, &rest].concat()
}

const V4: &[u8] = &[192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 1, 187];

fn v6() -> Vec<u8> {
    let from: Ipv6Addr = "2001:db8::7".parse().unwrap();
    let to = Ipv6Addr::LOCALHOST;
    [&from.octets()[..], &to.octets(), &[0x30, 0x39, 1, 187]].concat()
}

fn whole() -> Vec<(Vec<u8>, Header)> {
    let secure = Header {
        secure: true,
        ..peer("192.0.2.7:12345")
    };
    let line = |text: &str| text.as_bytes().to_vec();
    let tls: &[u8] = &[0x20, 0, 5, 1, 0, 0, 0, 0];
    let plain: &[u8] = &[0x20, 0, 5, 0, 0, 0, 0, 0];
    let alpn: &[u8] = b"\x01\x00\x02h2";
    vec![
        (
            line("PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n"),
            peer("192.0.2.7:12345"),
        ),
        (
            line("PROXY TCP6 2001:db8::7 ::1 12345 443\r\n"),
            peer("[2001:db8::7]:12345"),
        ),
        (
            line("PROXY TCP4 255.255.255.255 0.0.0.0 65535 0\r\n"),
            peer("255.255.255.255:65535"),
        ),
        (line("PROXY UNKNOWN\r\n"), BALANCER),
        (line("PROXY UNKNOWN ffff:: whatever 1 \x7f\r\n"), BALANCER),
        (v2(0x20, 0x00, &[]), BALANCER),
        (v2(0x20, 0x11, &[V4]), BALANCER),
        (v2(0x20, 0xff, &[b"what it likes"]), BALANCER),
        (v2(0x21, 0x00, &[]), BALANCER),
        (v2(0x21, 0x11, &[V4]), peer("192.0.2.7:12345")),
        (v2(0x21, 0x12, &[V4]), peer("192.0.2.7:12345")),
        (v2(0x21, 0x21, &[&v6()]), peer("[2001:db8::7]:12345")),
        (v2(0x21, 0x31, &[&[0; 216]]), LOCAL),
        (v2(0x21, 0x11, &[V4, alpn]), peer("192.0.2.7:12345")),
        (v2(0x21, 0x11, &[V4, plain]), peer("192.0.2.7:12345")),
        (v2(0x21, 0x11, &[V4, alpn, tls]), secure),
        (v2(0x21, 0x11, &[V4, tls, alpn]), secure),
    ]
}

#[test]
fn headers_are_read_whatever_follows() {
    for (bytes, header) in whole() {
        let shown = bytes.escape_ascii().to_string();
        let wanted = Ok(Some((header, bytes.len())));
        assert_eq!(parse(&bytes), wanted, "{shown}");
        let followed = [&bytes[..], b"GET / HTTP/1.1\r\n"].concat();
        assert_eq!(parse(&followed), wanted, "{shown}");
    }
}

#[test]
fn every_beginning_of_a_header_is_waited_on() {
    for (bytes, _) in whole() {
        for length in 0..bytes.len() {
            let beginning = &bytes[..length];
            assert_eq!(parse(beginning), Ok(None), "{}", beginning.escape_ascii());
        }
    }
}

/// Reading what is missing, however little of it comes at once, ends with the header.
#[test]
fn what_is_missing_is_never_more_than_the_header() {
    for (bytes, header) in whole() {
        for at_once in [1, 2, 7, usize::MAX] {
            let mut length = 0;
            while parse(&bytes[..length]) == Ok(None) {
                let count = match missing(&bytes[..length]) {
                    Missing::Bytes(count) => count,
                    Missing::EndOfLine => 1,
                };
                assert!(count > 0 && length + count <= bytes.len());
                length += count.min(at_once);
            }
            assert_eq!(parse(&bytes[..length]), Ok(Some((header, bytes.len()))));
        }
    }
}

#[test]
fn what_is_no_header_is_refused() {
    let long = format!("PROXY UNKNOWN {}", "x".repeat(LINE));
    let table: Vec<(&[u8], &str)> = vec![
        (b"G", "there is none"),
        (b"GET / HTTP/1.1\r\n", "there is none"),
        (b"\x16\x03\x01", "there is none"),
        (b"PROXI", "there is none"),
        (b"proxy TCP4", "there is none"),
        (b"\r\n\r\n\0\r\nQUIT\r", "there is none"),
        (b"PROXY \n", "does not end"),
        (b"PROXY UNKNOWN\n", "does not end"),
        (b"PROXY \r\n", "a protocol"),
        (b"PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n", "a protocol"),
        (b"PROXY  TCP4 1.1.1.1 1.1.1.1 1 1\r\n", "a protocol"),
        (b"PROXY TCP4\r\n", "addresses"),
        (b"PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n", "addresses"),
        (b"PROXY TCP4 1.1.1.1 1.1.1.1 1 1 1\r\n", "addresses"),
        (b"PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n", "addresses"),
        (b"PROXY TCP4 1.1.1.1  1.1.1.1 1 1\r\n", "addresses"),
        (b"PROXY TCP4 1.1.1.1 1.1.1.1 1 65536\r\n", "addresses"),
        (b"PROXY TCP4 1.1.1.1 1.1.1.1 +1 1\r\n", "addresses"),
        (b"PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n", "addresses"),
        (b"PROXY TCP4 1.1.1.01 1.1.1.1 1 1\r\n", "addresses"),
        (b"PROXY TCP4 ::1 ::1 1 1\r\n", "addresses"),
        (b"PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n", "addresses"),
        (long.as_bytes(), "too long"),
    ];
    let table = table
        .into_iter()
        .map(|(bytes, part)| (bytes.to_vec(), part));
    let version_2 = [
        (v2(0x11, 0x11, &[V4]), "version"),
        (v2(0x22, 0x11, &[V4]), "version"),
        (v2(0x21, 0x41, &[V4]), "protocol"),
        (v2(0x21, 0x13, &[V4]), "protocol"),
        (v2(0x21, 0x11, &[&V4[1..]]), "cut off"),
        (v2(0x21, 0x21, &[&v6()[1..]]), "cut off"),
        (v2(0x21, 0x31, &[&[0; 215]]), "cut off"),
        (v2(0x21, 0x11, &[V4, b"\x04"]), "extensions"),
        (v2(0x21, 0x11, &[V4, b"\x04\0\x02x"]), "extensions"),
        (v2(0x21, 0x11, &[V4, b"\x20\0\0"]), "extensions"),
        (v2(0x21, 0x11, &[V4, &[4; PROXY_HEADER]]), "too long"),
    ];
    for (bytes, part) in table.chain(version_2) {
        let shown = bytes.escape_ascii().to_string();
        let fault = parse(&bytes).expect_err(&shown);
        assert!(fault.to_string().contains(part), "{shown}: {fault}");
    }
}

#[test]
fn a_length_too_long_is_refused_before_it_is_waited_for() {
    let mut bytes = v2(0x21, 0x11, &[]);
    bytes[14..16].copy_from_slice(&[0xff, 0xff]);
    assert!(parse(&bytes).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_answered_within_the_bound(bytes: Vec<u8>, start in 0usize..3) {
        let starts: [&[u8]; 3] = [b"", b"PROXY ", SIGNATURE];
        let bytes = [starts[start], &bytes].concat();
        match parse(&bytes) {
            Ok(Some((_, length))) => assert!(length <= bytes.len() && length <= PROXY_HEADER),
            Ok(None) => assert!(bytes.len() < PROXY_HEADER),
            Err(_) => {}
        }
    }

    #[test]
    fn addresses_survive(addr: SocketAddr, tls: bool) {
        let Header { origin, .. } = peer(&match addr {
            SocketAddr::V4(_) => addr.to_string(),
            // Neither version carries scopes.
            SocketAddr::V6(addr) => format!("[{}]:{}", addr.ip(), addr.port()),
        });
        let family = if addr.is_ipv4() { "TCP4" } else { "TCP6" };
        let (ip, port) = (addr.ip(), addr.port());
        let line = format!("PROXY {family} {ip} {ip} {port} {port}\r\n");
        let read = parse(line.as_bytes()).unwrap().unwrap().0;
        assert_eq!(read, Header { origin, secure: false });
        let (family, ip) = match ip {
            IpAddr::V4(ip) => (0x11, ip.octets().to_vec()),
            IpAddr::V6(ip) => (0x21, ip.octets().to_vec()),
        };
        let port = port.to_be_bytes();
        let word: &[u8] = &[0x20, 0, 5, u8::from(tls), 0, 0, 0, 0];
        let bytes = v2(0x21, family, &[&ip, &ip, &port, &port, word]);
        let read = parse(&bytes).unwrap().unwrap().0;
        assert_eq!(read, Header { origin, secure: tls });
    }

    #[test]
    fn what_is_cut_is_waited_for_or_refused(cut in any::<proptest::sample::Index>()) {
        let bytes = v2(0x21, 0x21, &[&v6(), b"\x04\0\x02xx"]);
        let length = cut.index(bytes.len());
        assert_eq!(parse(&bytes[..length]), Ok(None));
    }
}
