//! Networks, as programs write them, and which addresses they have.

use std::net::IpAddr;

/// Peers that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// Those that have no address, such as the peers of a Unix socket.
    Unix,
    /// Those whose addresses begin with the same bits.
    Ip {
        first: IpAddr,
        /// How many of its bits all have in common.
        bits: u32,
    },
}

impl Network {
    /// Reads `10.0.0.0/8`, `192.0.2.7`, `fd00::/8`, `::1` or `unix`.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text == "unix" {
            return Ok(Self::Unix);
        }
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let Ok(first) = address.parse::<IpAddr>() else {
            let like =
                "write `10.0.0.0/8`, `192.0.2.7`, `::1`, or `unix` for peers without an address";
            return Err(format!("is no network: {like}"));
        };
        let width = width(first);
        let bits = match bits.map(str::parse) {
            None => width,
            Some(Ok(bits)) if bits <= width => bits,
            Some(_) => {
                return Err(format!(
                    "needs a number of bits up to {width} behind its `/`"
                ));
            }
        };
        if bits == 0 {
            return Err("is everybody, and anybody could say who they are".into());
        }
        let start = start(first, bits);
        if start != first {
            return Err(format!("begins within a network: write `{start}/{bits}`"));
        }
        if first != first.to_canonical() {
            let plain = first.to_canonical();
            return Err(format!(
                "is an IPv4 address in IPv6's clothes: write `{plain}`"
            ));
        }
        Ok(Self::Ip { first, bits })
    }

    /// Whether a peer with this address, or with none, is one of them.
    pub(crate) fn has(&self, ip: Option<IpAddr>) -> bool {
        match (*self, ip) {
            (Self::Unix, ip) => ip.is_none(),
            (Self::Ip { .. }, None) => false,
            (Self::Ip { first, bits }, Some(ip)) => {
                // A socket for both versions has IPv4 peers as IPv6 addresses.
                let ip = ip.to_canonical();
                first.is_ipv4() == ip.is_ipv4() && start(ip, bits) == first
            }
        }
    }
}

fn width(ip: IpAddr) -> u32 {
    if ip.is_ipv4() { 32 } else { 128 }
}

/// The first address of the network that has these first bits in common. `bits` is not 0.
fn start(ip: IpAddr, bits: u32) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => IpAddr::from((v4.to_bits() & (u32::MAX << (32 - bits))).to_be_bytes()),
        IpAddr::V6(v6) => IpAddr::from((v6.to_bits() & (u128::MAX << (128 - bits))).to_be_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_have_their_addresses() {
        let table = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "::ffff:10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "a00::", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7/32", "192.0.2.8", false),
            ("172.16.0.0/12", "172.31.255.255", true),
            ("172.16.0.0/12", "172.32.0.0", false),
            ("::1", "::1", true),
            ("::1", "127.0.0.1", false),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
            ("2001:db8::/33", "2001:db8:7fff::", true),
            ("2001:db8::/33", "2001:db8:8000::", false),
        ];
        for (text, ip, expected) in table {
            let network = Network::parse(text).expect(text);
            let ip = ip.parse().unwrap();
            assert_eq!(network.has(Some(ip)), expected, "{text} {ip}");
            assert!(!network.has(None), "{text}");
        }
        let unix = Network::parse("unix").unwrap();
        assert!(unix.has(None) && !unix.has(Some("127.0.0.1".parse().unwrap())));
    }

    #[test]
    fn mistakes_say_what_to_write() {
        let table = [
            ("", "is no network"),
            ("localhost", "is no network"),
            ("10.0.0.0/8/8", "up to 32"),
            ("10.0.0.0/33", "up to 32"),
            ("::/129", "up to 128"),
            ("10.0.0.0/-1", "up to 32"),
            ("10.0.0.0/", "up to 32"),
            ("0.0.0.0/0", "is everybody"),
            ("::/0", "is everybody"),
            ("10.0.0.1/8", "write `10.0.0.0/8`"),
            ("2001:db8::1/32", "write `2001:db8::/32`"),
            ("::ffff:10.0.0.1", "write `10.0.0.1`"),
            ("Unix", "is no network"),
        ];
        for (text, expected) in table {
            let error = Network::parse(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
