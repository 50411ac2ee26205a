//! The pool: connections that are kept, the line, and what is sent again.
//!
//! - `kept`: when a connection is used again
//! - `idle`: those that nobody uses
//! - `again`: what is sent again
//! - `line`: those who wait

mod again;
mod idle;
mod kept;
mod line;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use gustnado::client::{Client, Limits};
use tokio::{sync::Semaphore, time::sleep};

use crate::peer::{Heard, serve};

pub(super) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

pub(super) fn limited(set: impl FnOnce(&mut Limits)) -> Client {
    Client::builder().limits(set).build().unwrap()
}

pub(super) async fn get(client: &Client, address: SocketAddr) -> String {
    let url = format!("http://{address}/");
    client.fetch(url).await.unwrap().text().await.unwrap()
}

/// Three at once.
pub(super) async fn three(client: &Client, address: SocketAddr) {
    let one = || get(client, address);
    futures_util::future::join3(one(), one(), one()).await;
}

/// Lets the other tasks of the runtime do what they can.
pub(super) async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

/// A server that answers as many requests as the semaphore lets it, and notes their paths in order.
pub(super) async fn gated() -> (SocketAddr, Arc<Semaphore>, Heard) {
    let (gate, heard) = (Arc::new(Semaphore::new(0)), Heard::default());
    let (inner, ears) = (gate.clone(), heard.clone());
    let address = serve(move |_, mut peer| {
        let (gate, ears) = (inner.clone(), ears.clone());
        async move {
            while let Some(request) = peer.request().await {
                ears.add(request.split(' ').nth(1).unwrap_or_default().to_owned());
                gate.acquire().await.unwrap().forget();
                peer.say(OK).await;
            }
        }
    });
    (address.await, gate, heard)
}
