//! Certificates made for a test, and clients that trust them.

use std::{fs, path::PathBuf, sync::Arc};

use gustnado::Tls;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};
use tempfile::TempDir;

/// Certificates in a folder of their own.
pub(crate) struct Identities {
    folder: TempDir,
    roots: RootCertStore,
}

/// A certificate and its key, as files.
pub(crate) struct Identity {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) der: CertificateDer<'static>,
}

impl Identities {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            roots: RootCertStore::empty(),
        }
    }

    /// Writes `{file}.pem` and `{file}.key`, in the place of those that are there.
    pub(crate) fn issue(&mut self, file: &str, names: &[&str]) -> Identity {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let identity = Identity {
            certificate: self.folder.path().join(format!("{file}.pem")),
            key: self.folder.path().join(format!("{file}.key")),
            der: made.cert.der().clone(),
        };
        fs::write(&identity.certificate, made.cert.pem()).expect("written");
        fs::write(&identity.key, made.signing_key.serialize_pem()).expect("written");
        self.roots.add(identity.der.clone()).expect("a root");
        identity
    }

    /// A client that trusts all of them, and offers these protocols.
    pub(crate) fn client(&self, protocols: &[&str]) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("TLS");
        let builder = builder.with_root_certificates(self.roots.clone());
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        Arc::new(config)
    }
}

impl Identity {
    pub(crate) fn tls(&self) -> Tls {
        Tls::pem(&self.certificate, &self.key)
    }
}
