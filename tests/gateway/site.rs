//! A site with a gateway in it, and clients that say and see bytes.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

use gustnado::{Application, Proxy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::peer::serve;

/// A site that hands on what is below `/api`.
pub(crate) async fn site(proxy: Proxy) -> SocketAddr {
    at(Application::new().mount("/api", proxy)).await
}

/// A site that hands on to a server at this address.
pub(crate) async fn before(upstream: SocketAddr) -> SocketAddr {
    site(to(upstream)).await
}

/// A server that gives this answer to each request, and how many connections were opened to it.
pub(crate) async fn counting(answer: String) -> (SocketAddr, Arc<AtomicU64>) {
    let opened = Arc::new(AtomicU64::new(0));
    let counted = opened.clone();
    let server = serve(move |_, mut peer| {
        counted.fetch_add(1, SeqCst);
        let answer = answer.clone();
        async move {
            while peer.request().await.is_some() {
                peer.say(answer.clone()).await;
            }
        }
    });
    (server.await, opened)
}

/// A gateway to a server at this address.
pub(crate) fn to(upstream: SocketAddr) -> Proxy {
    Proxy::to(format!("http://{upstream}"))
}

/// Serves an application; it ends with the runtime.
pub(crate) async fn at(application: Application) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serve = application.serve(listener).expect("an application");
    tokio::spawn(serve.into_future());
    address
}

/// What a site answers to a GET, until it closes.
pub(crate) async fn get(site: SocketAddr, target: &str, fields: &str) -> String {
    ask(site, &request("GET", target, fields)).await
}

/// A request without a body, after which the connection is to be closed.
pub(crate) fn request(method: &str, target: &str, fields: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nhost: shop.example\r\n{fields}connection: close\r\n\r\n")
}

/// What a site answers to these bytes, until it closes.
pub(crate) async fn ask(site: SocketAddr, bytes: &str) -> String {
    let mut visitor = Visitor::new(site).await;
    visitor.say(bytes).await;
    visitor.rest().await
}

/// A client of a site.
pub(crate) struct Visitor(TcpStream);

impl Visitor {
    pub(crate) async fn new(site: SocketAddr) -> Self {
        let stream = TcpStream::connect(site).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self(stream)
    }

    pub(crate) async fn say(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).await.expect("a server");
    }

    /// Reads until there is this.
    pub(crate) async fn until(&mut self, end: &str) -> String {
        let mut read = Vec::new();
        let mut room = [0; 4096];
        while !String::from_utf8_lossy(&read).contains(end) {
            let count = self.0.read(&mut room).await.expect("a server");
            assert!(
                count > 0,
                "no {end:?} in {:?}",
                String::from_utf8_lossy(&read)
            );
            read.extend_from_slice(&room[..count]);
        }
        String::from_utf8_lossy(&read).into_owned()
    }

    /// Reads until the server closes, however it does.
    pub(crate) async fn rest(&mut self) -> String {
        let mut read = Vec::new();
        let _ = self.0.read_to_end(&mut read).await;
        String::from_utf8_lossy(&read).into_owned()
    }
}
