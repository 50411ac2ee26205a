//! The PROXY protocol, versions 1 and 2: what a balancer says of a connection before its first
//! byte (its text, sections 2.1 and 2.2). Pure; it must not know sockets or who is
//! trusted to say so.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use crate::limits::PROXY_HEADER;

/// What a balancer says of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) origin: Origin,
    /// Whether TLS came as far as the balancer.
    pub(super) secure: bool,
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The balancer itself, such as to see whether we are there, or it does not say.
    Balancer,
    /// An address beyond it.
    Peer(SocketAddr),
    /// The machine of the balancer.
    Local,
}

/// Why bytes are no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault(&'static str);

/// A header and its length, where it is whole. `None`: all bytes belong to a header, and more of it
/// is to come.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Header, usize)>, Fault> {
    let parsed = if is_start_of(bytes, SIGNATURE) {
        parse_v2(bytes)?
    } else if is_start_of(bytes, b"PROXY ") {
        parse_v1(bytes)?
    } else {
        return Err(Fault("there is none"));
    };
    match parsed {
        None if bytes.len() >= PROXY_HEADER => Err(Fault("it is too long")),
        parsed => Ok(parsed),
    }
}

/// What belongs to a header that is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// So many bytes at least, more than 0.
    Bytes(usize),
    /// All up to the end of the line.
    EndOfLine,
}

/// What may be read for certain of a header that begins like this, and belongs to it.
pub(super) fn missing(bytes: &[u8]) -> Missing {
    // The shortest of version 1 is shorter than any of version 2.
    const SHORTEST: usize = b"PROXY UNKNOWN\r\n".len();
    match bytes {
        _ if bytes.len() < SHORTEST => Missing::Bytes(SHORTEST - bytes.len()),
        [b'P', ..] => Missing::EndOfLine,
        [_, _, _, _, _, _, _, _, _, _, _, _, _, _, high, low, ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            Missing::Bytes((FIXED + length).saturating_sub(bytes.len()).max(1))
        }
        _ => Missing::Bytes(FIXED.saturating_sub(bytes.len()).max(1)),
    }
}

/// The first bytes of version 2, which are neither HTTP nor TLS.
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Whether bytes begin as `start` does, as far as both go.
fn is_start_of(bytes: &[u8], start: &[u8]) -> bool {
    let length = bytes.len().min(start.len());
    bytes[..length] == start[..length]
}

// ---- Version 1: a line of text ----

/// The longest line, its end included.
pub(super) const LINE: usize = 107;

fn parse_v1(bytes: &[u8]) -> Result<Option<(Header, usize)>, Fault> {
    let Some(end) = bytes.iter().take(LINE).position(|byte| *byte == b'\n') else {
        if bytes.len() >= LINE {
            return Err(Fault("its line is too long"));
        }
        return Ok(None);
    };
    let line = bytes[..end].strip_suffix(b"\r");
    let line = line.and_then(|line| std::str::from_utf8(line).ok());
    let line = line.ok_or(Fault("its line does not end as it should"))?;
    let mut words = line.split(' ').skip(1);
    let origin = match words.next() {
        // Whatever stands behind it is to be ignored.
        Some("UNKNOWN") => Origin::Balancer,
        Some("TCP4") => Origin::Peer(peer_v1::<Ipv4Addr>(words)?),
        Some("TCP6") => Origin::Peer(peer_v1::<Ipv6Addr>(words)?),
        _ => return Err(Fault("it names a protocol that is none")),
    };
    let header = Header {
        origin,
        secure: false,
    };
    Ok(Some((header, end + 1)))
}

/// The source out of `source destination port port`.
fn peer_v1<'a, T: FromStr + Into<IpAddr>>(
    mut words: impl Iterator<Item = &'a str>,
) -> Result<SocketAddr, Fault> {
    let mut addr = || words.next()?.parse::<T>().ok();
    let addrs = addr().zip(addr());
    let ports = words.next().and_then(port).zip(words.next().and_then(port));
    match (addrs, ports, words.next()) {
        (Some((from, _)), Some((port, _)), None) => Ok(SocketAddr::new(from.into(), port)),
        _ => Err(Fault("its addresses are none")),
    }
}

fn port(text: &str) -> Option<u16> {
    // `parse` would take a sign, and zeros before a number.
    let plain = !text.starts_with(['+', '0']) || text == "0";
    text.parse().ok().filter(|_| plain)
}

// ---- Version 2: binary ----

/// Bytes before the addresses.
const FIXED: usize = 16;

fn parse_v2(bytes: &[u8]) -> Result<Option<(Header, usize)>, Fault> {
    let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED>() else {
        return Ok(None);
    };
    let [.., command, family, high, low] = *fixed;
    let length = usize::from(u16::from_be_bytes([high, low]));
    // Told before the rest is waited for.
    if FIXED + length > PROXY_HEADER {
        return Err(Fault("it is too long"));
    }
    let local = match command {
        0x20 => true,
        0x21 => false,
        _ => return Err(Fault("its version or command is unknown")),
    };
    let Some(rest) = rest.get(..length) else {
        return Ok(None);
    };
    let header = if local {
        Header {
            origin: Origin::Balancer,
            secure: false,
        }
    } else {
        proxied_v2(family, rest)?
    };
    Ok(Some((header, FIXED + length)))
}

fn proxied_v2(family: u8, rest: &[u8]) -> Result<Header, Fault> {
    let short = Fault("its addresses are cut off");
    let (origin, more) = match family {
        0x00 => (Origin::Balancer, rest),
        0x11 | 0x12 => {
            let (addrs, more) = rest.split_first_chunk::<12>().ok_or(short)?;
            let [a, b, c, d, _, _, _, _, high, low, ..] = *addrs;
            (peer_v2([a, b, c, d], [high, low]), more)
        }
        0x21 | 0x22 => {
            let (addrs, more) = rest.split_first_chunk::<36>().ok_or(short)?;
            let (from, ports) = addrs.split_first_chunk::<16>().ok_or(short)?;
            (peer_v2(*from, [ports[16], ports[17]]), more)
        }
        0x31 | 0x32 => (Origin::Local, rest.get(216..).ok_or(short)?),
        _ => return Err(Fault("its protocol is unknown")),
    };
    let secure = speaks_tls(more)?;
    Ok(Header { origin, secure })
}

fn peer_v2(addr: impl Into<IpAddr>, port: [u8; 2]) -> Origin {
    Origin::Peer(SocketAddr::new(addr.into(), u16::from_be_bytes(port)))
}

/// Looks for the word on TLS among type-length-value triples. The others are skipped.
fn speaks_tls(mut triples: &[u8]) -> Result<bool, Fault> {
    const PP2_TYPE_SSL: u8 = 0x20;
    const PP2_CLIENT_SSL: u8 = 0x01;
    let mut secure = false;
    while !triples.is_empty() {
        let cut_off = Fault("its extensions are cut off");
        let ([kind, high, low], rest) = triples.split_first_chunk().ok_or(cut_off)?;
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (value, rest) = rest.split_at_checked(length).ok_or(cut_off)?;
        if *kind == PP2_TYPE_SSL {
            secure = value.first().ok_or(cut_off)? & PP2_CLIENT_SSL != 0;
        }
        triples = rest;
    }
    Ok(secure)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests;
