//! The accept loop, and where a new connection goes. It must not know threads.

use std::{io, net::SocketAddr, time::Duration};

use tokio::net::{TcpListener, TcpStream};

use crate::limits::ACCEPT_PAUSE;

/// Accepts for ever, handing each socket to `place`. What goes wrong with one connection is that
/// connection's matter; where the process has run out of descriptors or memory, the loop pauses
/// and goes on.
pub(super) async fn accept(listener: &TcpListener, mut place: impl FnMut(TcpStream, SocketAddr)) {
    let mut pause = ACCEPT_PAUSE.0;
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => {
                pause = ACCEPT_PAUSE.0;
                // Answers leave as they are written; the driver has gathered them.
                let _ = socket.set_nodelay(true);
                place(socket, peer);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, ?pause, "cannot accept, pausing");
                tokio::time::sleep(pause).await;
                pause = longer(pause);
            }
        }
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(ACCEPT_PAUSE.1)
}

/// The connection was gone before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// The worker with the fewest connections; `own` where it is among them, as handing over costs a
/// wake-up.
pub(super) fn least(loads: impl Iterator<Item = usize>, own: usize) -> usize {
    let mut best = (own, usize::MAX);
    for (index, load) in loads.enumerate() {
        if load < best.1 || (load == best.1 && index == own) {
            best = (index, load);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_then_ones_own() {
        let table: [(&[usize], usize, usize); 6] = [
            (&[0], 0, 0),
            (&[1, 0], 0, 1),
            (&[0, 1], 1, 0),
            (&[2, 2], 1, 1),
            (&[2, 2], 0, 0),
            (&[3, 1, 1, 2], 2, 2),
        ];
        for (loads, own, expected) in table {
            assert_eq!(
                least(loads.iter().copied(), own),
                expected,
                "{loads:?} {own}"
            );
        }
    }

    #[test]
    fn pauses_grow_to_a_bound() {
        let mut pause = ACCEPT_PAUSE.0;
        for _ in 0..10 {
            pause = longer(pause);
        }
        assert_eq!(pause, ACCEPT_PAUSE.1);
    }
}
