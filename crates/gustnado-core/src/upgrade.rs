//! The change of a connection to another protocol: what asks for it, and what goes on once the answer
//! of 101 has left. It must not know what the connection is made of, nor which protocol follows.

use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::{Buf as _, Bytes};
use http::{
    HeaderValue, StatusCode,
    header::{CONNECTION, UPGRADE},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{error::Error, request::Request, response::Response};

/// A request to change the protocol of its connection (RFC 9110 section 7.8), as an input.
///
/// It is there where a client asks over HTTP/1.1, with `Connection: upgrade` and `Upgrade`; any other
/// request is answered with 400. What follows is up to a library for the protocol, or to yourself:
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Response, Result, Upgrade};
/// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
///
/// /// Sends back what comes.
/// fn echo(upgrade: Upgrade) -> Result<Response> {
///     upgrade.to("echo", |mut connection| async move {
///         let mut bytes = [0; 1024];
///         while let Ok(count @ 1..) = connection.read(&mut bytes).await {
///             if connection.write_all(&bytes[..count]).await.is_err() {
///                 break;
///             }
///         }
///     })
/// }
/// ```
#[derive(Debug)]
pub struct Upgrade {
    /// What the client names.
    offered: Vec<HeaderValue>,
}

/// A connection whose protocol has changed: bytes both ways. It ends when this is dropped.
///
/// Of a connection to the server, none of the server's time-outs hold any more. The server waits for its
/// end when it stops, as long as for a request: hand [`Stopping`](crate::Stopping) on to what should end
/// by itself.
///
/// What goes on over one can be tried without a server, over any two ends that are connected:
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Upgraded;
/// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
///
/// /// Says back what comes first.
/// async fn echo(mut connection: Upgraded) -> std::io::Result<()> {
///     let mut word = [0; 5];
///     connection.read_exact(&mut word).await?;
///     connection.write_all(&word).await
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (ours, mut theirs) = tokio::io::duplex(64);
/// theirs.write_all(b"llo").await?;
/// echo(Upgraded::new(ours, "he")).await?;
/// let mut said = String::new();
/// theirs.read_to_string(&mut said).await?;
/// assert_eq!(said, "hello");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Upgraded {
    wire: Pin<Box<dyn Wire>>,
    /// Read before the protocol changed.
    first: Bytes,
    /// Dropped behind the connection: what is to know that it has ended.
    _guard: Option<Box<dyn Send>>,
}

/// What carries bytes both ways.
trait Wire: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Wire for T {}

/// What goes on over the connection.
pub(crate) type GoOn = Box<dyn FnOnce(Upgraded) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// The same on its way to the connection, among the extensions of the answer, which have to be
/// clones of each other.
#[derive(Clone)]
pub(crate) struct Handover(Arc<Mutex<Option<GoOn>>>);

impl Handover {
    pub(crate) fn take(&self) -> Option<GoOn> {
        let mut go_on = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        go_on.take()
    }
}

impl Upgrade {
    /// What a request asks for; nothing where it does not, or cannot have it.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        if !request.origin().upgradable {
            return None;
        }
        let offered = request.headers().get_all(UPGRADE).iter();
        let offered: Vec<_> = offered.cloned().collect();
        let asks = !offered.is_empty() && connection_asks(request);
        asks.then_some(Self { offered })
    }

    /// The protocols that the client would have, in the order of its preference.
    pub fn protocols(&self) -> impl Iterator<Item = &str> {
        let lines = self.offered.iter().filter_map(|line| line.to_str().ok());
        let names = lines.flat_map(|line| line.split(','));
        names.map(str::trim).filter(|name| !name.is_empty())
    }

    /// The answer that changes to this protocol. Once it has left, `go_on` is called with the
    /// connection. More header fields can be put on it.
    ///
    /// # Errors
    /// 426 naming the protocol, where the client did not.
    pub fn to<F, R>(&self, protocol: &'static str, go_on: F) -> Result<Response, Error>
    where
        F: FnOnce(Upgraded) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let name = HeaderValue::from_static(protocol);
        if !self
            .protocols()
            .any(|own| own.eq_ignore_ascii_case(protocol))
        {
            let detail = format!("this is had by an upgrade to {protocol}");
            return Err(Error::new(426, detail).with_header(UPGRADE, name));
        }
        let go_on: GoOn = Box::new(|upgraded| Box::pin(go_on(upgraded)));
        let handover = Handover(Arc::new(Mutex::new(Some(go_on))));
        let mut response = Response::with_code(StatusCode::SWITCHING_PROTOCOLS)
            .with_header(CONNECTION, HeaderValue::from_static("upgrade"))
            .with_header(UPGRADE, name);
        response.extend(handover);
        Ok(response)
    }
}

/// Whether `Upgrade` is meant for this connection and was not handed on by somebody before it (RFC
/// 9110 section 7.8).
fn connection_asks(request: &Request) -> bool {
    let lines = request.headers().get_all(CONNECTION).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let mut options = lines.flat_map(|line| line.split(','));
    options.any(|option| option.trim().eq_ignore_ascii_case("upgrade"))
}

impl Upgraded {
    /// A connection over this, of which `first` was read already.
    pub fn new<W>(wire: W, first: impl Into<Bytes>) -> Self
    where
        W: AsyncRead + AsyncWrite + Send + 'static,
    {
        Self {
            wire: Box::pin(wire),
            first: first.into(),
            _guard: None,
        }
    }

    /// Keeps this as long as the connection, and drops it behind it.
    #[must_use]
    pub fn with_guard(mut self, guard: impl Send + 'static) -> Self {
        self._guard = Some(match self._guard {
            None => Box::new(guard),
            Some(other) => Box::new((other, guard)),
        });
        self
    }
}

impl AsyncRead for Upgraded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return self.wire.as_mut().poll_read(cx, buf);
        }
        let count = self.first.len().min(buf.remaining());
        buf.put_slice(&self.first[..count]);
        self.first.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Upgraded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.wire.as_mut().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.wire.as_mut().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.as_mut().poll_shutdown(cx)
    }
}

impl fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first.len();
        f.debug_struct("Upgraded")
            .field("first", &first)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handover")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;

    fn asking(upgradable: bool, lines: &[&'static str]) -> Option<Upgrade> {
        let mut request = http::Request::new(Body::empty());
        let connection = HeaderValue::from_static("keep-alive, Upgrade");
        request.headers_mut().insert(CONNECTION, connection);
        for line in lines {
            let line = HeaderValue::from_static(line);
            request.headers_mut().append(UPGRADE, line);
        }
        let mut request = Request::from(request);
        request.origin_mut().upgradable = upgradable;
        Upgrade::of(&request)
    }

    #[test]
    fn what_is_offered_is_listed() {
        let upgrade = asking(true, &["a/1, websocket", "b,"]).unwrap();
        let offered: Vec<_> = upgrade.protocols().collect();
        assert_eq!(offered, ["a/1", "websocket", "b"]);
        assert!(asking(true, &[]).is_none());
        assert!(asking(false, &["websocket"]).is_none());
    }

    #[test]
    fn guards_are_dropped_behind_the_connection() {
        /// Notes when it is dropped.
        struct Noting(&'static str, Arc<Mutex<Vec<&'static str>>>);
        impl Drop for Noting {
            fn drop(&mut self) {
                self.1.lock().unwrap().push(self.0);
            }
        }
        let noted = Arc::new(Mutex::new(Vec::new()));
        let (ours, _theirs) = tokio::io::duplex(8);
        let upgraded = Upgraded::new(ours, "")
            .with_guard(Noting("first", noted.clone()))
            .with_guard(Noting("second", noted.clone()));
        assert!(noted.lock().unwrap().is_empty());
        drop(upgraded);
        assert_eq!(*noted.lock().unwrap(), ["first", "second"]);
    }

    #[test]
    fn what_is_not_offered_is_426() {
        let upgrade = asking(true, &["WebSocket"]).unwrap();
        let nothing = |_| std::future::ready(());
        assert_eq!(upgrade.to("websocket", nothing).unwrap().status(), 101);
        let error = upgrade.to("echo", nothing).unwrap_err();
        assert_eq!(
            (error.status().as_u16(), &error.headers()[UPGRADE]),
            (426, &"echo".parse().unwrap())
        );
    }
}
