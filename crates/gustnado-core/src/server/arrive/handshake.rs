//! The TLS handshake of a connection, and what those are told who do not speak it. It must not know
//! certificates.

use std::{future::Future, io, sync::Arc, time::SystemTime};

use tokio::sync::Semaphore;

use crate::{
    connection::{Secure, Socket},
    limits::{Limits, READ_LITTLE},
    server::{
        race::{Won, race},
        tls::Config,
    },
};

/// Shakes hands, once one of the `slots` is free. `stopping` ends the wait for a peer that has said
/// nothing yet.
///
/// # Errors
/// When the peer speaks no TLS, or not such as ours.
pub(super) async fn shake(
    mut socket: Socket,
    config: &Config,
    slots: &Semaphore,
    limits: &Limits,
    stopping: impl Future<Output = ()>,
) -> io::Result<Socket> {
    // Before a slot is taken: who says nothing needs none.
    let mut begin = [0];
    let seen = match race(socket.peek(&mut begin), stopping).await {
        Won::One(seen) => seen?,
        Won::Other(()) => return Err(io::Error::other("the server stops")),
    };
    match seen {
        Some(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
        // A handshake begins with 22 (RFC 8446 section 5.1), a method with a letter. What is neither
        // hears it from TLS, by an alert.
        Some(_) if begin[0].is_ascii_alphabetic() => {
            answer_plainly(&mut socket, limits).await?;
            return Err(io::Error::other("it speaks HTTP without TLS"));
        }
        _ => {}
    }
    let _slot = slots.acquire().await.map_err(io::Error::other)?;
    let secure = Secure::accept(Arc::clone(config), socket).await?;
    Ok(Socket::Tls(Box::new(secure)))
}

/// Tells a client that speaks HTTP to use HTTPS, and reads on for a while, so that it gets to hear
/// that.
async fn answer_plainly(socket: &mut Socket, limits: &Limits) -> io::Result<()> {
    const BODY: &str = r#"{"title":"Bad Request","status":400,"detail":"this port speaks HTTPS: ask for https:// and not http://"}"#;
    let date = httpdate::fmt_http_date(SystemTime::now());
    let length = BODY.len();
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n\
         content-length: {length}\r\nconnection: close\r\ndate: {date}\r\n\r\n{BODY}"
    );
    socket.end_with(answer.as_bytes()).await?;
    let drained = async {
        let (mut left, mut scratch) = (limits.linger_bytes, vec![0; READ_LITTLE]);
        while left > 0 {
            match socket.read(&mut scratch).await {
                Ok(0) | Err(_) => break,
                Ok(count) => left = left.saturating_sub(count),
            }
        }
    };
    let _ = tokio::time::timeout(limits.linger_time, drained).await;
    Ok(())
}
