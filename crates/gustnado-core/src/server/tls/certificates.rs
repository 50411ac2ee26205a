//! Certificates and keys out of PEM files, checked, and which of them a client gets. It must not know
//! when they are read.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use webpki::{EndEntityCert, KeyUsage};

use crate::limits::PEM_FILE;

/// A certificate's file and that of its key.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    certificate: PathBuf,
    key: PathBuf,
}

/// What clients get, exchanged as a whole. At first, nothing.
#[derive(Debug, Default)]
pub(super) struct Certificates(RwLock<Arc<Set>>);

#[derive(Debug, Default)]
struct Set {
    /// For those who ask for no name, or for one that nobody has.
    first: Option<Arc<CertifiedKey>>,
    /// By the names in them, in lower case, `*.` in front of some. The first to have one keeps it.
    named: HashMap<String, Arc<CertifiedKey>>,
}

impl Pair {
    pub(super) fn new(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key }
    }
}

impl Certificates {
    /// Reads the files and has clients get what is in them.
    ///
    /// # Errors
    /// What is wrong with each of them; then nothing is exchanged.
    pub(super) fn load(&self, pairs: &[Pair]) -> Result<(), Vec<String>> {
        let (mut set, mut problems) = (Set::default(), Vec::new());
        for pair in pairs {
            match read(pair) {
                Ok(certificate) => set.add(pair, certificate),
                Err(mut more) => problems.append(&mut more),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
        Ok(())
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let set = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        set.choose(hello.server_name())
    }
}

impl Set {
    fn add(&mut self, pair: &Pair, certificate: CertifiedKey) {
        let certificate = Arc::new(certificate);
        let names = names(&certificate);
        let path = pair.certificate.display();
        if self.first.is_none() {
            self.first = Some(Arc::clone(&certificate));
        } else if names.is_empty() {
            tracing::warn!(%path, "the certificate has no name, so no client gets it");
        }
        for name in names {
            let certificate = Arc::clone(&certificate);
            self.named.entry(name).or_insert(certificate);
        }
    }

    fn choose(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let named = name.and_then(|name| {
            let name = name.to_ascii_lowercase();
            self.named.get(&name).or_else(|| {
                // One for all names of a domain is for one label more, not for two (RFC 6125 section
                // 6.4.3).
                let (_, domain) = name.split_once('.')?;
                self.named.get(&format!("*.{domain}"))
            })
        });
        named.or(self.first.as_ref()).cloned()
    }
}

fn names(certificate: &CertifiedKey) -> Vec<String> {
    let parsed = certificate.cert.first().map(EndEntityCert::try_from);
    let Some(Ok(parsed)) = parsed else {
        return Vec::new();
    };
    let names = parsed.valid_dns_names();
    names.map(str::to_ascii_lowercase).collect()
}

/// Reads a certificate and its key, and sees whether they are one another's.
fn read(pair: &Pair) -> Result<CertifiedKey, Vec<String>> {
    let (chain, key) = match (read_chain(&pair.certificate), read_key(&pair.key)) {
        (Ok(chain), Ok(key)) => (chain, key),
        (chain, key) => return Err(chain.err().into_iter().chain(key.err()).collect()),
    };
    let (path, key_path) = (pair.certificate.display(), pair.key.display());
    let leaf = EndEntityCert::try_from(&chain[0])
        .map_err(|error| vec![format!("{path}: its first certificate is broken: {error}")])?;
    if let Some(untimely) = untimely(&leaf) {
        tracing::warn!(%path, "{untimely}");
    }
    CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| {
        let problem = match error {
            rustls::Error::InconsistentKeys(_) => format!(
                "{key_path}: the key is not that of the first certificate in {path}; that one is to \
                 be the server's own, before those of authorities"
            ),
            error => format!(
                "{key_path}: the key cannot be used ({error}); RSA of 2,048 bits and more, ECDSA on \
                 P-256 and P-384, and Ed25519 can"
            ),
        };
        vec![problem]
    })
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    const WANTED: &str = "expected a certificate, from -----BEGIN CERTIFICATE----- on";
    let text = read_file(path, WANTED)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let path = path.display();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) if PrivateKeyDer::from_pem_slice(&text).is_ok() => Err(format!(
            "{path}: this is a key; {WANTED}. The certificate comes first, then the key"
        )),
        Ok(_) => Err(format!("{path}: no certificate is in it; {WANTED}")),
        Err(error) => Err(format!("{path}: not PEM ({error}); {WANTED}")),
    }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    const WANTED: &str = "expected a private key, from -----BEGIN PRIVATE KEY----- on";
    const ENCRYPTED: &[u8] = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
    let text = read_file(path, WANTED)?;
    let path = path.display();
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        pem::Error::NoItemsFound if text.windows(ENCRYPTED.len()).any(|part| part == ENCRYPTED) => {
            format!("{path}: the key is encrypted; `openssl pkey -in {path}` writes it plain")
        }
        pem::Error::NoItemsFound => format!("{path}: no key is in it; {WANTED}"),
        error => format!("{path}: not PEM ({error}); {WANTED}"),
    })
}

fn read_file(path: &Path, wanted: &str) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    File::open(path)
        .and_then(|file| file.take(PEM_FILE + 1).read_to_end(&mut text))
        .map_err(|error| format!("{}: cannot be read ({error}); {wanted}", path.display()))?;
    if text.len() as u64 > PEM_FILE {
        let path = path.display();
        return Err(format!("{path}: more than {PEM_FILE} bytes; {wanted}"));
    }
    Ok(text)
}

/// What a certificate has to say against now.
fn untimely(certificate: &EndEntityCert<'_>) -> Option<String> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    // The first thing that is checked; that nobody is trusted comes behind.
    let usage = KeyUsage::server_auth();
    let verified = certificate.verify_for_usage(&[], &[], &[], UnixTime::now(), usage, None, None);
    match verified.err()? {
        webpki::Error::CertExpired { time, not_after } => {
            let days = time.as_secs().saturating_sub(not_after.as_secs()) / DAY.as_secs();
            Some(format!("the certificate expired {days} days ago"))
        }
        webpki::Error::CertNotValidYet { .. } => Some("the certificate is not valid yet".into()),
        _ => None,
    }
}
