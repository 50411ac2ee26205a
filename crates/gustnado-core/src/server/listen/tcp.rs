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

#[cfg(test)]
mod tests {
    use super::*;

    fn listen_on(addrs: &[&str]) -> io::Result<Vec<SocketAddr>> {
        let addrs: Vec<SocketAddr> = addrs.iter().map(|addr| addr.parse().unwrap()).collect();
        let manner = Manner {
            backlog: 16,
            only_v6: false,
        };
        let listeners = listen(&addrs, manner, &mut Passed::default())?.into_iter();
        let addrs = listeners.map(|listener| match listener {
            Listener::Tcp(listener) => listener.local_addr(),
            #[cfg(unix)]
            Listener::Unix(_) => unreachable!("of TCP"),
        });
        addrs.collect()
    }

    /// All of 127.0.0.0/8 is this machine, on Linux.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_free_port_is_the_same_on_all_addresses() {
        let addrs = listen_on(&["127.0.0.1:0", "127.0.0.2:0", "127.0.0.3:0"]).unwrap();
        assert_eq!(addrs.len(), 3);
        assert!(addrs.iter().all(|addr| addr.port() == addrs[0].port()));
    }

    /// 203.0.113.0/24 is for documentation (RFC 5737): no machine has it.
    #[test]
    fn an_address_of_another_machine_is_left_out_unless_it_is_the_only_one() {
        let addrs = listen_on(&["203.0.113.1:0", "127.0.0.1:0"]).unwrap();
        assert_eq!(addrs.len(), 1);
        let error = listen_on(&["203.0.113.1:0"]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
        assert!(error.to_string().contains("203.0.113.1:0"), "{error}");
    }
}
