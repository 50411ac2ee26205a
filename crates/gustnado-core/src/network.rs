//! Networks of addresses, as configuration names them: `10.0.0.0/8`, `::1`. It must not know what
//! they are trusted with.

use std::net::{IpAddr, Ipv6Addr};

/// Any of some networks. None, by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Networks(Vec<Network>);

/// An address and how many of its first bits count. The other bits are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    addr: IpAddr,
    bits: u32,
}

impl Networks {
    /// Reads networks.
    ///
    /// # Errors
    /// What is wrong with each of those that are none.
    pub(crate) fn parse<T: AsRef<str>>(
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Self, Vec<String>> {
        let (mut networks, mut errors) = (Vec::new(), Vec::new());
        for text in texts {
            match parse(text.as_ref()) {
                Ok(network) => networks.push(network),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            Ok(Self(networks))
        } else {
            Err(errors)
        }
    }

    /// Whether an address is in one of them. One of IPv4 that was mapped into IPv6, as sockets that
    /// take both show them, is one of IPv4.
    pub(crate) fn contains(&self, addr: IpAddr) -> bool {
        let addr = addr.to_canonical();
        self.0
            .iter()
            .any(|network| masked(addr, network.bits) == network.addr)
    }
}

fn parse(text: &str) -> Result<Network, String> {
    let (addr, bits) = match text.split_once('/') {
        Some((addr, bits)) => (addr, Some(bits)),
        None => (text, None),
    };
    let addr: IpAddr = addr.parse().map_err(|_| {
        format!("`{text}` is no network; write an address or a range, such as 10.0.0.0/8 or ::1")
    })?;
    let width = width(addr);
    let bits = bits.map_or(Some(width), |bits| {
        // `parse` would take a sign.
        let digits = bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = bits.parse().ok().filter(|_| digits);
        bits.filter(|bits| *bits <= width)
    });
    let bits = bits.ok_or_else(|| {
        format!("`{text}` is no network; behind the / goes a number from 0 to {width}")
    })?;
    let network = masked(addr, bits);
    if network != addr {
        return Err(format!(
            "`{text}` has more than {bits} bits; write {network}/{bits}, or {addr} alone"
        ));
    }
    // An address that is mapped ends its mapping with ones, so fewer bits were refused above.
    let mapped = width - self::width(addr.to_canonical());
    Ok(Network {
        addr: addr.to_canonical(),
        bits: bits.saturating_sub(mapped),
    })
}

fn width(addr: IpAddr) -> u32 {
    if addr.is_ipv4() { 32 } else { 128 }
}

/// The address with all but its first `bits` made 0, where it has as many.
fn masked(addr: IpAddr, bits: u32) -> IpAddr {
    match addr {
        IpAddr::V4(addr) => {
            let mask = u32::MAX.checked_shl(32u32.saturating_sub(bits));
            IpAddr::V4((addr.to_bits() & mask.unwrap_or(0)).into())
        }
        IpAddr::V6(addr) => {
            let mask = u128::MAX.checked_shl(128u32.saturating_sub(bits));
            IpAddr::V6(Ipv6Addr::from_bits(addr.to_bits() & mask.unwrap_or(0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_networks() {
        let table = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "::a01:203", false),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "11.1.2.3", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("127.0.0.1/32", "::ffff:127.0.0.1", true),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::1", "::1", true),
            ("::1", "::2", false),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe80::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "10.0.0.1", false),
        ];
        for (network, addr, expected) in table {
            let networks = Networks::parse([network]).unwrap();
            let found = networks.contains(addr.parse().unwrap());
            assert_eq!(found, expected, "{addr} in {network}");
        }
        let both = Networks::parse(["10.0.0.0/8", "::1"]).unwrap();
        assert!(both.contains("::1".parse().unwrap()));
        assert!(!Networks::default().contains("::1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_told_all_at_once() {
        let table = [
            ("", "an address or a range"),
            ("localhost", "an address or a range"),
            ("10.0.0.0/", "from 0 to 32"),
            ("10.0.0.0/33", "from 0 to 32"),
            ("10.0.0.0/+8", "from 0 to 32"),
            ("::/129", "from 0 to 128"),
            ("10.1.2.3/8", "write 10.0.0.0/8"),
            ("10.0.0.0 /8", "an address or a range"),
            ("::ffff:0:0/95", "write ::fffe:0:0/95"),
        ];
        for (text, part) in table {
            let errors = Networks::parse(["::1", text]).unwrap_err();
            assert_eq!(errors.len(), 1);
            assert!(errors[0].contains(part), "{text}: {errors:?}");
        }
        assert_eq!(
            Networks::parse(table.map(|row| row.0)).unwrap_err().len(),
            9
        );
    }

    proptest::proptest! {
        #[test]
        fn what_was_masked_is_in_the_network(addr: IpAddr, bits in 0u32..=128) {
            let addr = addr.to_canonical();
            let bits = bits.min(width(addr));
            let text = format!("{}/{bits}", masked(addr, bits));
            let networks = Networks::parse([&text]).unwrap();
            proptest::prop_assert!(networks.contains(addr), "{addr} in {text}");
        }

        #[test]
        fn any_text_is_answered(text: String) {
            let _ = Networks::parse([text]);
        }
    }
}
