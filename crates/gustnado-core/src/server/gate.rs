//! Who is let in: the bounds on connections, of each worker and from each address. One for all
//! workers of a program. It must not know what becomes of those who are.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Barrier;

use crate::{arrival::Arrival, limits::Limits, seldom::Seldom, tally::Tally};

/// The bounds on connections, and those that count.
#[derive(Debug)]
pub(super) struct Gate {
    /// Where workers wait for one another before they accept.
    start: Barrier,
    /// Of each worker.
    connections: usize,
    /// From each address; 0 is no bound, and nothing is counted.
    per_address: usize,
    addresses: Arc<Addresses>,
    full: Seldom,
    crowded: Seldom,
    failing: Seldom,
}

/// An open connection, as far as the gate cares. Dropping it says that it has ended.
#[derive(Debug)]
pub(super) struct Open(#[expect(dead_code, reason = "held until it drops")] Option<OfAddress>);

type Addresses = Mutex<HashMap<IpAddr, usize>>;

#[derive(Debug)]
struct OfAddress {
    addresses: Arc<Addresses>,
    key: IpAddr,
}

impl Gate {
    /// The gate of so many workers, in a process that may have so many descriptors.
    pub(super) fn new(limits: &Limits, workers: usize, descriptors: usize) -> Self {
        Self {
            start: Barrier::new(workers),
            connections: match limits.connections {
                0 => share(descriptors, workers),
                count => count,
            },
            per_address: limits.connections_per_address,
            addresses: Arc::default(),
            full: Seldom::default(),
            crowded: Seldom::default(),
            failing: Seldom::default(),
        }
    }

    /// How many connections a worker may have.
    pub(super) fn connections(&self) -> usize {
        self.connections
    }

    /// Waits until all workers have what they need: connections that wait already could take the
    /// descriptors that the last of them begins with.
    pub(super) async fn start(&self) {
        self.start.wait().await;
    }

    /// Waits until a worker may have another.
    pub(super) async fn room(&self, load: &Tally) {
        if load.count() < self.connections {
            return;
        }
        if self.full.note().is_some() {
            let connections = self.connections;
            tracing::warn!(connections, "a worker has as many as it may; others wait");
        }
        load.below(self.connections).await;
    }

    /// Lets a connection in, unless there are too many from where it comes.
    pub(super) fn admit(&self, arrival: &Arrival) -> Option<Open> {
        let Some(peer) = arrival.peer.filter(|_| self.per_address > 0) else {
            return Some(Open(None));
        };
        let key = network(peer.ip());
        let mut counts = lock(&self.addresses);
        let count = counts.entry(key).or_default();
        if *count >= self.per_address {
            drop(counts);
            if let Some(closed) = self.crowded.note() {
                tracing::warn!(%peer, closed, "closed: too many connections from one address");
            }
            return None;
        }
        *count += 1;
        drop(counts);
        let addresses = Arc::clone(&self.addresses);
        Some(Open(Some(OfAddress { addresses, key })))
    }

    /// Says in the log that accepting has failed, and whether someone was sent away for it.
    pub(super) fn note_failure(&self, error: &io::Error, shed: bool) {
        if let Some(times) = self.failing.note() {
            tracing::warn!(%error, times, shed, "cannot accept, pausing");
        }
    }
}

impl Drop for OfAddress {
    fn drop(&mut self) {
        let mut counts = lock(&self.addresses);
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

fn lock(addresses: &Addresses) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
    addresses.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a worker may have where all may have so many descriptors.
fn share(descriptors: usize, workers: usize) -> usize {
    let left = descriptors.saturating_sub(crate::limits::OTHER_DESCRIPTORS);
    (left / workers.max(1)).max(1)
}

/// What counts as one address. Of IPv6 that is a /64: it is what one customer has at least.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_shared() {
        let table = [
            (20_000, 2, 9_968),
            (1024, 3, 320),
            (64, 2, 1),
            (10, 1, 1),
            (usize::MAX, 1, usize::MAX - 64),
            (1024, 0, 960),
        ];
        for (descriptors, workers, expected) in table {
            assert_eq!(share(descriptors, workers), expected, "{descriptors}");
        }
    }

    #[test]
    fn addresses_are_told_apart_by_their_network() {
        let table = [
            ("127.0.0.1", "127.0.0.1"),
            ("::ffff:127.0.0.1", "127.0.0.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ];
        for (ip, expected) in table {
            assert_eq!(network(ip.parse().unwrap()).to_string(), expected, "{ip}");
        }
    }

    #[test]
    fn what_has_ended_counts_no_more() {
        let limits = Limits {
            connections_per_address: 2,
            ..Limits::default()
        };
        let gate = Gate::new(&limits, 1, 1000);
        let from = |peer: &str| {
            Arrival::from(format!("{peer}:1").parse::<std::net::SocketAddr>().unwrap())
        };
        let one = gate.admit(&from("10.0.0.1"));
        let other = gate.admit(&from("10.0.0.1"));
        assert!(one.is_some() && other.is_some());
        assert!(gate.admit(&from("10.0.0.1")).is_none());
        assert!(gate.admit(&from("10.0.0.2")).is_some());
        assert!(gate.admit(&Arrival::default()).is_some());
        drop(one);
        assert!(gate.admit(&from("10.0.0.1")).is_some());
        drop(other);
        assert!(lock(&gate.addresses).is_empty());
    }
}
