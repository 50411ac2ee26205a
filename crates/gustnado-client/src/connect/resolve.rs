//! Names to addresses: the system's way, or one's own. It must not know what is done with them.

use std::{
    fmt,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
};

use crate::{
    error::{Error, ErrorKind, Result},
    limits::ADDRESSES,
    url::Origin,
};

/// The addresses of a name, once they are known.
pub type Resolved = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Turns names into addresses, in the place of the system; see
/// [`resolver`](crate::ClientBuilder::resolver). Addresses in URLs do not pass through it.
///
/// Any function of a name is one:
///
/// ```
/// # use gustnado_client as client;
/// use std::net::Ipv4Addr;
///
/// use client::{Client, Resolved};
///
/// let client = Client::builder()
///     .resolver(|_host: &str| -> Resolved {
///         Box::pin(async { Ok(vec![Ipv4Addr::LOCALHOST.into()]) })
///     })
///     .build()?;
/// # Ok::<(), client::Error>(())
/// ```
pub trait Resolve: Send + Sync + 'static {
    /// Looks up the addresses of `host`, best first.
    fn resolve(&self, host: &str) -> Resolved;
}

impl<F> Resolve for F
where
    F: Fn(&str) -> Resolved + Send + Sync + 'static,
{
    fn resolve(&self, host: &str) -> Resolved {
        self(host)
    }
}

/// What the system says, by way of `getaddrinfo`.
pub(crate) struct System;

impl Resolve for System {
    fn resolve(&self, host: &str) -> Resolved {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The addresses of an origin, in the order in which they are tried.
pub(super) async fn addresses(resolver: &dyn Resolve, origin: &Origin) -> Result<Vec<SocketAddr>> {
    let ips = match origin.ip() {
        Some(ip) => vec![ip],
        None => resolver.resolve(&origin.host).await.map_err(|error| {
            let detail = format!("the address of {} is not known", origin.host);
            Error::new(ErrorKind::Connect, detail).with_source(error)
        })?,
    };
    if ips.is_empty() {
        let detail = format!("{} has no address", origin.host);
        return Err(Error::new(ErrorKind::Connect, detail));
    }
    let ips = interleave(ips).into_iter().take(ADDRESSES);
    Ok(ips.map(|ip| SocketAddr::new(ip, origin.port)).collect())
}

/// The families in turn, beginning with that of the first (RFC 8305 section 4).
fn interleave(ips: Vec<IpAddr>) -> Vec<IpAddr> {
    let first = ips.first().is_some_and(IpAddr::is_ipv6);
    let (one, other): (Vec<_>, Vec<_>) = ips.into_iter().partition(|ip| ip.is_ipv6() == first);
    let (mut one, mut other) = (one.into_iter(), other.into_iter());
    let mut mixed = Vec::new();
    loop {
        let pair = [one.next(), other.next()];
        if pair == [None, None] {
            return mixed;
        }
        mixed.extend(pair.into_iter().flatten());
    }
}

impl fmt::Debug for dyn Resolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolve")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let table = [
            ("::1 ::2 ::3 1.1.1.1", "::1 1.1.1.1 ::2 ::3"),
            ("1.1.1.1 ::1 2.2.2.2", "1.1.1.1 ::1 2.2.2.2"),
            ("1.1.1.1", "1.1.1.1"),
            ("", ""),
        ];
        for (given, expected) in table {
            let ips = given
                .split_whitespace()
                .map(|ip| ip.parse().unwrap())
                .collect();
            let mixed: Vec<_> = interleave(ips).iter().map(ToString::to_string).collect();
            assert_eq!(mixed.join(" "), expected);
        }
    }
}
