//! What programs say of TLS, and what rustls makes of it. It must not know how files are read.

use std::{fmt, path::PathBuf, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::ring,
    server::NoServerSessionStorage,
    version::{TLS12, TLS13},
};

use super::certificates::{Certificates, Pair};

/// Certificates and their keys, out of PEM files: what a listener needs to speak HTTPS.
///
/// ```no_run
/// # use gustnado_core as gustnado;
/// use gustnado::{Application, Listen, Tls};
///
/// let tls = Tls::pem("example.com.pem", "example.com.key")
///     .and("example.org.pem", "example.org.key");
/// Application::new().run(Listen::tcp("[::]:443").tls(tls))?;
/// # Ok::<(), gustnado_core::RunError>(())
/// ```
///
/// A client gets the certificate that has the name it asks for (SNI, RFC 6066 section 3), and the
/// first where none has or it asks for none. It is TLS 1.2 or 1.3, and HTTP/2 where the client
/// offers it (ALPN, RFC 7301). A returning client is spared the half of a handshake, by a ticket
/// whose keys last for hours and never leave the process.
///
/// The files are read when the listener is opened; what is wrong with any of them is told then, all
/// at once. SIGHUP has them read again, as [`reload`](Self::reload) does. Clones are one: reloading
/// any of them reloads all.
#[derive(Debug, Clone)]
pub struct Tls {
    pairs: Arc<[Pair]>,
    certificates: Arc<Certificates>,
}

/// What is wrong with certificates or keys, all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsError {
    problems: Vec<String>,
}

/// What handshakes follow.
pub(in crate::server) type Config = Arc<ServerConfig>;

impl Tls {
    /// A certificate, followed by those of the authorities between it and the root, and its private
    /// key: PKCS #8, PKCS #1 or SEC 1, not encrypted. They may stand in one file. Nothing is read
    /// yet.
    #[must_use]
    pub fn pem(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::of([Pair::new(certificate.into(), key.into())].into())
    }

    /// Another certificate and its key, for clients that ask for a name in it.
    #[must_use]
    pub fn and(self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        let more = Pair::new(certificate.into(), key.into());
        let pairs = self.pairs.iter().cloned().chain([more]);
        Self::of(pairs.collect())
    }

    fn of(pairs: Arc<[Pair]>) -> Self {
        Self {
            pairs,
            certificates: Arc::default(),
        }
    }

    /// Reads the files again. Handshakes from now on get what is in them; connections that are open
    /// go on. It blocks for as long as the files take.
    ///
    /// # Errors
    /// What is wrong with any of the files; then all stays as it was.
    pub fn reload(&self) -> Result<(), TlsError> {
        let loaded = self.certificates.load(&self.pairs);
        loaded.map_err(|problems| TlsError { problems })
    }

    /// The same, told to the log.
    #[cfg(unix)]
    pub(in crate::server) fn reload_and_say(&self) {
        match self.reload() {
            Ok(()) => tracing::info!("certificates reloaded"),
            Err(TlsError { problems }) => {
                for problem in problems {
                    tracing::error!("certificates not reloaded: {problem}");
                }
            }
        }
    }

    /// Reads the files, for handshakes that follow what this returns.
    pub(in crate::server) fn open(&self) -> Result<Config, TlsError> {
        self.reload()?;
        // Named, not left to what the process has installed: another crate may have installed
        // another, or two be there to choose from, which panics.
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(TlsError::of)?;
        let resolver = Arc::clone(&self.certificates);
        let mut config = config.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.ticketer = ring::Ticketer::new().map_err(TlsError::of)?;
        // Tickets are kept by clients; what we would have to keep, we need not.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Arc::new(config))
    }
}

impl TlsError {
    fn of(error: impl fmt::Display) -> Self {
        Self {
            problems: vec![format!("TLS cannot be set up: {error}")],
        }
    }

    /// What is wrong, one sentence each.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for TlsError {}
