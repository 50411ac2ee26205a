//! Addresses to sockets of TCP. It must not know where the addresses come from.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use socket2::{Domain, Protocol, Socket, Type};

use super::{ListenAddr, Listener, inherited::Passed};
use crate::limits::PORT_TRIES;

/// How sockets are made to listen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) backlog: i32,
    /// Whether a socket on all of IPv6 leaves IPv4 to another.
    pub(super) only_v6: bool,
}

/// Listens on every address of a host. Those that this machine does not have are left out, unless
/// there is no other.
pub(super) fn listen(
    addrs: &[SocketAddr],
    manner: Manner,
    passed: &mut Passed,
) -> io::Result<Vec<Listener>> {
    let mut tries = PORT_TRIES;
    loop {
        match listen_once(addrs, manner, passed) {
            // A port that is free on the first address was not on the second.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && free_port(addrs) => {
                tries -= 1;
                if tries == 0 {
                    return Err(error);
                }
            }
            done => return done,
        }
    }
}

fn free_port(addrs: &[SocketAddr]) -> bool {
    addrs.len() > 1 && addrs.iter().all(|addr| addr.port() == 0)
}

fn listen_once(
    addrs: &[SocketAddr],
    manner: Manner,
    passed: &mut Passed,
) -> io::Result<Vec<Listener>> {
    let mut listeners = Vec::new();
    let mut missing = None;
    let mut port = None;
    for &addr in addrs {
        let mut addr = addr;
        addr.set_port(port.unwrap_or(addr.port()));
        let listener = match passed.take_addr(&ListenAddr::Tcp(addr)) {
            Some(listener) => listener,
            None => match bind(addr, manner) {
                Ok(listener) => listener,
                Err(error) if is_not_here(&error) => {
                    missing = Some(error);
                    continue;
                }
                Err(error) => return Err(advise(addr, &error)),
            },
        };
        if let ListenAddr::Tcp(addr) = listener.addr()? {
            port.get_or_insert(addr.port());
        }
        listeners.push(listener);
    }
    match missing {
        Some(error) if listeners.is_empty() => Err(advise(addrs[0], &error)),
        _ => Ok(listeners),
    }
}

/// The socket may follow a closed one on the same port at once, and does not block.
fn bind(addr: SocketAddr, manner: Manner) -> io::Result<Listener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    if cfg!(unix) {
        // Without it a restart would wait out the old connections (TIME_WAIT). On Windows the
        // same option would let two programs share the port.
        socket.set_reuse_address(true)?;
    }
    if addr.is_ipv6() && addr.ip().is_unspecified() {
        // Said, as the default is the system's. Where it cannot be, that one holds.
        let _ = socket.set_only_v6(manner.only_v6);
    }
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(manner.backlog)?;
    Ok(Listener::Tcp(socket.into()))
}

/// The machine does not have this address, or none of its family.
fn is_not_here(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error()) {
        return true;
    }
    error.kind() == io::ErrorKind::AddrNotAvailable
}

fn advise(addr: SocketAddr, error: &io::Error) -> io::Error {
    let advice = match (error.kind(), addr.ip()) {
        (io::ErrorKind::PermissionDenied, _) if addr.port() < 1024 => {
            "; ports below 1024 are for root, for CAP_NET_BIND_SERVICE, or to be passed by systemd"
        }
        (_, IpAddr::V6(_)) if is_not_here(error) => {
            "; where there is no IPv6, 0.0.0.0 stands for every address"
        }
        _ => "",
    };
    io::Error::new(error.kind(), format!("{addr}: {error}{advice}"))
}
