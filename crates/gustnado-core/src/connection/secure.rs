//! A socket with TLS around it. It must not know certificates, or what is sent.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, ServerConnection},
    server::TlsStream,
};

use super::socket::Socket;
use crate::limits::TLS_BUFFER;

/// A socket with TLS around it, its handshake done.
#[derive(Debug)]
pub(crate) struct Secure(TlsStream<Wire>);

/// The socket within, and whether bytes have left by it.
#[derive(Debug)]
struct Wire {
    socket: Socket,
    progressed: bool,
}

impl Secure {
    /// Shakes hands, as the server. Where that fails, the peer has been told why.
    pub(crate) async fn accept(config: Arc<ServerConfig>, socket: Socket) -> io::Result<Self> {
        let wire = Wire {
            socket,
            progressed: false,
        };
        let bound = |session: &mut ServerConnection| {
            session.set_buffer_limit(Some(TLS_BUFFER));
        };
        let handshake = TlsAcceptor::from(config).accept_with(wire, bound);
        handshake.await.map(Self)
    }

    pub(super) fn stream(&mut self) -> Pin<&mut (impl AsyncWrite + use<>)> {
        Pin::new(&mut self.0)
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(end(ready!(Pin::new(&mut self.0).poll_read(cx, buf)), ()))
    }

    /// Whether something was sent that nobody has read. What has come in for that stays within.
    pub(super) fn poll_unread(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let unread = ready!(Pin::new(&mut self.0).poll_fill_buf(cx));
        Poll::Ready(end(unread.map(|unread| !unread.is_empty()), false))
    }

    pub(super) fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.0.get_mut().0.progressed)
    }

    pub(super) fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.0.get_ref().0.socket.take_error()
    }
}

/// Takes the end of the socket for the end of what is sent, though TLS has not said so, as many
/// clients leave: where a request ends, its own framing says (RFC 9112 section 9.8).
fn end<T>(result: io::Result<T>, nothing: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(nothing),
        result => result,
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.socket.poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(self.socket.poll_write(cx, slices));
        self.progressed |= written.as_ref().is_ok_and(|count| *count > 0);
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_shutdown(cx)
    }
}
