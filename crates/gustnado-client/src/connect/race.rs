//! Addresses to a socket: one after the other, the next one beside the last as soon as that takes
//! long (RFC 8305 section 5). It must not know names.

use std::net::SocketAddr;

use tokio::{net::TcpStream, task::JoinSet, time::timeout};

use crate::{
    error::{Error, ErrorKind, Result},
    limits::ATTEMPT_DELAY,
};

/// The first socket that is connected. The attempts that are left end with it.
pub(super) async fn connect(addresses: Vec<SocketAddr>) -> Result<TcpStream> {
    let mut failed = None;
    let mut attempts = JoinSet::new();
    let mut left = addresses.into_iter();
    loop {
        let next = left.next();
        if next.is_none() && attempts.is_empty() {
            return Err(failed.unwrap_or_else(nobody));
        }
        if let Some(address) = next {
            attempts.spawn(attempt(address));
        }
        // One that fails makes room for the next at once; one that is slow does so after a while.
        let joined = if left.len() > 0 {
            timeout(ATTEMPT_DELAY, attempts.join_next())
                .await
                .ok()
                .flatten()
        } else {
            attempts.join_next().await
        };
        match joined {
            Some(Ok(Ok(stream))) => return Ok(stream),
            Some(Ok(Err(error))) => failed = failed.or(Some(error)),
            Some(Err(_)) | None => {}
        }
    }
}

async fn attempt(address: SocketAddr) -> Result<TcpStream> {
    let refused = |error| {
        let detail = format!("{address} does not take connections");
        Error::new(ErrorKind::Connect, detail).with_source(error)
    };
    let stream = TcpStream::connect(address).await.map_err(refused)?;
    // What is written is whole; waiting for more to send with it only costs time.
    stream.set_nodelay(true).map_err(refused)?;
    Ok(stream)
}

fn nobody() -> Error {
    Error::new(ErrorKind::Connect, "no address could be tried")
}
