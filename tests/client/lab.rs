//! A certificate that a test trusts, and servers that have it.

use std::{fs, future::IntoFuture as _, net::SocketAddr, sync::Arc};

use gustnado::{
    client::{Client, ClientBuilder, Resolved},
    prelude::*,
};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A certificate for `lab.test`, its own root.
pub(crate) struct Lab {
    certificate: rcgen::CertifiedKey<rcgen::KeyPair>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let names = vec!["lab.test".to_owned()];
        Self {
            certificate: rcgen::generate_simple_self_signed(names).unwrap(),
        }
    }

    pub(crate) fn pem(&self) -> String {
        self.certificate.cert.pem()
    }

    pub(crate) fn key(&self) -> String {
        self.certificate.signing_key.serialize_pem()
    }

    /// A client that trusts it, and finds it by name.
    pub(crate) fn client(&self) -> ClientBuilder {
        self.trusted_by(Client::builder())
    }

    /// Has a client trust it, and find it by name.
    pub(crate) fn trusted_by(&self, client: ClientBuilder) -> ClientBuilder {
        let home = |_: &str| -> Resolved {
            Box::pin(async { Ok(vec![std::net::Ipv4Addr::LOCALHOST.into()]) })
        };
        client.root_certificates(self.pem()).resolver(home)
    }

    /// A TLS server that hands each connection over after the handshake.
    pub(crate) async fn serve<F>(
        &self,
        protocols: &[&str],
        handle: impl Fn(tokio_rustls::server::TlsStream<tokio::net::TcpStream>) -> F + Send + 'static,
    ) -> SocketAddr
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let key = PrivateKeyDer::Pkcs8(self.certificate.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                if let Ok(stream) = acceptor.accept(stream).await {
                    tokio::spawn(handle(stream));
                }
            }
        });
        address
    }

    /// A site of ours, with TLS, on a thread of its own.
    pub(crate) fn site(&self, application: Application) -> Site {
        let folder = tempfile::tempdir().unwrap();
        let (pem, key) = (folder.path().join("lab.pem"), folder.path().join("lab.key"));
        fs::write(&pem, self.pem()).unwrap();
        fs::write(&key, self.key()).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let listen = Listen::tcp("127.0.0.1:0").tls(gustnado::Tls::pem(pem, key));
        let bound = application.build().unwrap().bind(listen).unwrap();
        let port = bound.local_addr().port();
        let serving = bound.serve().until(async { drop(stopped.await) });
        let thread = std::thread::spawn(move || {
            let _folder = folder;
            gustnado_tests::runtime()
                .block_on(serving.into_future())
                .unwrap();
        });
        Site { port, thread, stop }
    }
}

/// A site that is served.
pub(crate) struct Site {
    pub(crate) port: u16,
    thread: std::thread::JoinHandle<()>,
    stop: tokio::sync::oneshot::Sender<()>,
}

impl Site {
    /// Stops it, and waits for its end.
    pub(crate) fn stop(self) {
        drop(self.stop);
        self.thread.join().unwrap();
    }
}
