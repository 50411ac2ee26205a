//! The accept loop, and where a new connection goes. It must not know threads.

use std::{
    future::poll_fn,
    io,
    task::{Context, Poll},
    time::Duration,
};

use super::{
    gate::{Gate, Open},
    listen::Acceptor,
    reserve::Reserve,
};
use crate::{arrival::Arrival, connection::Socket, limits::ACCEPT_PAUSE, tally::Tally};

/// Accepts for ever, handing each socket that the gate lets in to `place`, with the index of its
/// acceptor, while `load` has room.
/// What goes wrong with one connection is that connection's matter; where the process has run out
/// of descriptors or memory, the loop pauses and goes on.
pub(super) async fn accept(
    acceptors: &[Acceptor],
    gate: &Gate,
    load: &Tally,
    mut place: impl FnMut(usize, Socket, Arrival, Open),
) {
    let mut pause = ACCEPT_PAUSE.0;
    let mut reserve = Reserve::default();
    let mut turn = 0;
    gate.start().await;
    loop {
        gate.room(load).await;
        match poll_fn(|cx| poll_accept(acceptors, &mut turn, cx)).await {
            Ok((index, (socket, arrival))) => {
                pause = ACCEPT_PAUSE.0;
                if let Some(open) = gate.admit(&arrival) {
                    place(index, socket, arrival, open);
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                let shed = reserve.shed(&error, || try_accept(acceptors, &mut turn));
                gate.note_failure(&error, shed.await);
                tokio::time::sleep(pause).await;
                pause = longer(pause);
            }
        }
    }
}

/// Accepts from the first that has someone waiting, beginning where the last time ended: one that
/// is busy does not keep the others waiting.
fn poll_accept(
    acceptors: &[Acceptor],
    turn: &mut usize,
    cx: &mut Context<'_>,
) -> Poll<io::Result<(usize, (Socket, Arrival))>> {
    for _ in 0..acceptors.len() {
        *turn = (*turn + 1) % acceptors.len();
        if let Poll::Ready(accepted) = acceptors[*turn].poll_accept(cx) {
            return Poll::Ready(accepted.map(|accepted| (*turn, accepted)));
        }
    }
    Poll::Pending
}

/// Accepts one that is waiting now, if one is.
async fn try_accept(acceptors: &[Acceptor], turn: &mut usize) -> Option<Socket> {
    let accepted = poll_fn(|cx| match poll_accept(acceptors, turn, cx) {
        Poll::Ready(accepted) => Poll::Ready(accepted.ok()),
        Poll::Pending => Poll::Ready(None),
    });
    accepted.await.map(|(_, (socket, _))| socket)
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
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
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
