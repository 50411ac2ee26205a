//! An address to a listening socket. It must not know who accepts from it.

use std::{
    io,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
};

use socket2::{Domain, Protocol, Socket, Type};

/// Listens on the first of the addresses that can be had.
///
/// The socket may follow a closed one on the same port at once, and does not block.
pub(super) fn listen(addrs: impl ToSocketAddrs, backlog: i32) -> io::Result<TcpListener> {
    let mut failure = None;
    let addrs = addrs.to_socket_addrs().map_err(|error| {
        let text = format!("{error}; an address is host:port, such as 127.0.0.1:8888");
        io::Error::new(error.kind(), text)
    })?;
    for addr in addrs {
        match bind(addr, backlog) {
            Ok(listener) => return Ok(listener),
            Err(error) => {
                let text = format!("cannot listen on {addr}: {error}");
                failure = Some(io::Error::new(error.kind(), text));
            }
        }
    }
    Err(failure.unwrap_or_else(|| {
        io::Error::new(io::ErrorKind::AddrNotAvailable, "the name has no address")
    }))
}

fn bind(addr: SocketAddr, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    if cfg!(unix) {
        // Without it a restart would wait out the old connections (TIME_WAIT). On Windows the
        // same option would let two programs share the port.
        socket.set_reuse_address(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(backlog)?;
    Ok(socket.into())
}

pub(super) type Listener = TcpListener;
pub(super) const HANDED: &str = "gustnado.";
#[derive(Debug)]
pub(super) struct SocketFile;
impl SocketFile {
    pub(super) fn leave(&mut self) {}
}
