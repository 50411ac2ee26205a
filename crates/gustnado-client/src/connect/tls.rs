//! Whom we trust, who we are, and the handshake that shows both. It must not know HTTP, but for the
//! names of its versions.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    error::{Error, ErrorKind, Result},
    wire::Plain,
};

/// What a client was told about TLS.
#[derive(Clone, Default)]
pub(crate) struct TlsSettings {
    /// In the place of the system's.
    pub(crate) roots: Vec<Vec<u8>>,
    pub(crate) identity: Option<(Vec<u8>, Vec<u8>)>,
    pub(crate) http1_only: bool,
}

/// TLS as it is settled. The system's certificates are read when they are first needed.
#[derive(Debug, Default)]
pub(crate) struct Tls {
    settings: TlsSettings,
    config: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl Tls {
    /// # Errors
    /// Where a certificate or a key that was given is none.
    pub(crate) fn new(settings: TlsSettings) -> Result<Self> {
        let config = OnceLock::new();
        if !settings.roots.is_empty() || settings.identity.is_some() {
            let made = configure(&settings).map_err(Error::invalid)?;
            let _ = config.set(Ok(made));
        }
        Ok(Self { settings, config })
    }

    pub(super) async fn handshake(&self, host: &str, plain: Plain) -> Result<TlsStream<Plain>> {
        let config = self.config.get_or_init(|| configure(&self.settings));
        let config = config
            .clone()
            .map_err(|why| Error::new(ErrorKind::Tls, why))?;
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::invalid("the URL has a host that no certificate can have"))?;
        let shaken = TlsConnector::from(config).connect(name, plain).await;
        shaken.map_err(|error| {
            let detail = format!("the TLS handshake failed: {error}");
            Error::new(ErrorKind::Tls, detail).with_source(error)
        })
    }
}

fn configure(settings: &TlsSettings) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    if settings.roots.is_empty() {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "a certificate of the system could not be read");
        }
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            return Err("the system has no root certificates, and none were given".into());
        }
    }
    for pem in &settings.roots {
        for certificate in certificates(pem)? {
            roots
                .add(certificate)
                .map_err(|error| format!("not a root certificate: {error}"))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(roots);
    let mut config = match &settings.identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let key = PrivateKeyDer::from_pem_slice(key)
                .map_err(|error| format!("no private key in PEM: {error}"))?;
            let with = builder.with_client_auth_cert(certificates(chain)?, key);
            with.map_err(|error| format!("certificate and key do not fit: {error}"))?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    if settings.http1_only {
        config.alpn_protocols.remove(0);
    }
    Ok(Arc::new(config))
}

/// The certificates of a PEM text; at least one.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err("no certificate in PEM".into()),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("not PEM: {error}")),
    }
}

/// Not the key.
impl fmt::Debug for TlsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSettings")
            .field("roots", &self.roots.len())
            .field("identity", &self.identity.is_some())
            .finish_non_exhaustive()
    }
}
