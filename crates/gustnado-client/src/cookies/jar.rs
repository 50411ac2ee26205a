//! The cookies of a client, shared by whoever has the jar. It must not know which requests are sent.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use http::{HeaderMap, HeaderValue, header::SET_COOKIE};

use super::{
    set_cookie::{looks_public, read},
    store::Store,
};
use crate::{
    error::Result,
    url::{Scheme, Url},
};

/// Cookies that servers set, kept and sent back by the rules of browsers (RFC 6265): to the host, the
/// paths and the time that they were set for, and by HTTPS alone where they say so.
///
/// A client has one only if it is given one, by [`cookies`](crate::ClientBuilder::cookies). All its clones
/// have the same; so has any other client that is given a clone of the jar. Whoever calls services in the
/// names of several users gives each of them a jar, and so a client.
///
/// ```
/// # use gustnado_client as client;
/// use client::{Client, CookieJar};
///
/// let jar = CookieJar::new();
/// let client = Client::builder().cookies(jar.clone()).build()?;
/// jar.set("https://shop.example/", "lang=nl; Path=/; Secure")?;
/// assert_eq!(jar.header("https://shop.example/cart")?.unwrap(), "lang=nl");
/// assert_eq!(jar.header("http://shop.example/cart")?, None);
/// # drop(client);
/// # Ok::<(), client::Error>(())
/// ```
///
/// It holds at most 3,000 cookies and 50 of a domain, each of at most 4 KiB and 400 days; those that were
/// not used for longest give way.
#[derive(Clone)]
pub struct CookieJar(Arc<Inner>);

struct Inner {
    store: Mutex<Store>,
    is_public_suffix: Box<dyn Fn(&str) -> bool + Send + Sync>,
}

impl CookieJar {
    /// An empty one. What `Domain` may say is guarded by a rule of thumb: neither one label, as `com`, nor
    /// one as `co.uk`, of a short name before a country.
    #[must_use]
    pub fn new() -> Self {
        Self::with_public_suffixes(looks_public)
    }

    /// An empty one that asks this which domains are nobody's own, in the place of the rule of thumb: of a
    /// list such as that of publicsuffix.org. It is given a name in lower case, as `co.uk`.
    ///
    /// A list is what jars need that visit whatever hosts others name.
    #[must_use]
    pub fn with_public_suffixes(is: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            store: Mutex::default(),
            is_public_suffix: Box::new(is),
        }))
    }

    /// Takes a cookie as if an answer from this URL had set it. What that server may not set is passed
    /// over.
    ///
    /// # Errors
    /// Where the URL is none.
    pub fn set(&self, url: &str, set_cookie: &str) -> Result<()> {
        self.take(&Url::parse(url)?, [set_cookie.as_bytes()]);
        Ok(())
    }

    /// What a request to this URL would say in `Cookie`.
    ///
    /// # Errors
    /// Where the URL is none.
    pub fn header(&self, url: &str) -> Result<Option<HeaderValue>> {
        Ok(self.field(&Url::parse(url)?))
    }

    /// How many it holds, those that have expired and were not looked at since included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all of them.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Keeps what the head of an answer from this URL sets.
    pub(crate) fn keep(&self, url: &Url, headers: &HeaderMap) {
        // Most answers set none, and need no lock.
        if headers.contains_key(SET_COOKIE) {
            let fields = headers.get_all(SET_COOKIE).iter();
            self.take(url, fields.map(HeaderValue::as_bytes));
        }
    }

    /// The field of a request to this URL, if there is anything to say.
    pub(crate) fn field(&self, url: &Url) -> Option<HeaderValue> {
        let pairs = self.lock().pairs(url, now());
        if pairs.is_empty() {
            return None;
        }
        let mut value = HeaderValue::from_bytes(&pairs).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    fn take<'a>(&self, url: &Url, fields: impl IntoIterator<Item = &'a [u8]>) {
        let now = now();
        let by_tls = url.origin.scheme == Scheme::Https;
        for field in fields {
            // Whose list of suffixes it asks is not run under the lock.
            if let Some(cookie) = read(field, url, now, &self.0.is_public_suffix) {
                self.lock().set(cookie, by_tls, now);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds since 1970: cookies tell the time of the day.
fn now() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed();
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

impl Default for CookieJar {
    fn default() -> Self {
        Self::new()
    }
}

/// Without names and values: both may be secrets.
impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieJar")
            .field("len", &self.len())
            .finish()
    }
}
