//! Bytes of a file for a socket, from the file itself, and bytes that such ones follow. It must not know
//! what they are, nor whether taking them waits for the disk.
//!
//! Linux of 64 bits only: elsewhere no socket is one for it. `sendfile` knows no `MSG_NOSIGNAL`; in a program of
//! Rust's, the signal of a closed connection is ignored from the start.

use std::{
    fs::File,
    io,
    num::NonZeroUsize,
    ops::Range,
    task::{Context, Poll},
};

use super::socket::Socket;

/// Whether the system can send from files to this socket: what is encrypted has to be read.
pub(super) fn is_for(socket: &Socket) -> bool {
    cfg!(all(target_os = "linux", target_pointer_width = "64")) && !socket.is_secure()
}

/// Sends bytes behind which a file's follow at once: they leave together.
#[cfg(target_os = "linux")]
pub(super) fn poll_more(
    socket: &Socket,
    cx: &mut Context<'_>,
    bytes: &[u8],
) -> Poll<io::Result<usize>> {
    /// `MSG_MORE` and `MSG_NOSIGNAL`, as in `linux/socket.h`.
    const FLAGS: i32 = 0x8000 | 0x4000;
    socket.poll_write_with(cx, |fd| {
        socket2::SockRef::from(&fd).send_with_flags(bytes, FLAGS)
    })
}

/// Sends bytes of a file. Says how many the socket took; 0 means that the file has no more.
#[cfg(target_os = "linux")]
pub(super) fn poll(
    socket: &Socket,
    cx: &mut Context<'_>,
    file: &File,
    bytes: Range<u64>,
) -> Poll<io::Result<u64>> {
    let count = usize::try_from(bytes.end - bytes.start).unwrap_or(usize::MAX);
    let (Ok(first), Some(count)) = (usize::try_from(bytes.start), NonZeroUsize::new(count)) else {
        return Poll::Ready(Ok(0));
    };
    let sent = socket.poll_write_with(cx, |fd| {
        socket2::SockRef::from(&fd).sendfile(file, first, Some(count))
    });
    sent.map_ok(|sent| sent as u64)
}

/// Sends the first bytes of a file as far as the socket takes them at once.
#[cfg(target_os = "linux")]
pub(super) fn at_once(socket: &Socket, file: &File, length: usize) -> io::Result<usize> {
    socket.try_write_with(|fd| {
        socket2::SockRef::from(&fd).sendfile(file, 0, NonZeroUsize::new(length))
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn at_once(_socket: &Socket, _file: &File, _length: usize) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn poll_more(
    _socket: &Socket,
    _cx: &mut Context<'_>,
    _bytes: &[u8],
) -> Poll<io::Result<usize>> {
    Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn poll(
    _socket: &Socket,
    _cx: &mut Context<'_>,
    _file: &File,
    _bytes: Range<u64>,
) -> Poll<io::Result<u64>> {
    Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
}
