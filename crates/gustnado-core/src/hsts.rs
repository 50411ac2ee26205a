//! What has browsers come back by HTTPS only (RFC 6797), as a value. It must not know requests.

use http::HeaderValue;

/// For how long browsers ask for a site by HTTPS only; for
/// [`Application::hsts`](crate::Application::hsts).
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Application, Hsts, testing::TestClient};
///
/// let app = Application::new().hsts(Hsts::days(365).include_subdomains());
/// let client = TestClient::new(app.build()?);
/// let answer = client.get("/").over_tls().send();
/// let value = "max-age=31536000; includeSubDomains";
/// assert_eq!(answer.header("strict-transport-security"), value);
/// assert_eq!(client.get("/").send().header("strict-transport-security"), "");
/// # Ok::<(), gustnado_core::BuildError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it is for `Application::hsts`"]
pub struct Hsts {
    days: u32,
    subdomains: bool,
    preload: bool,
}

impl Hsts {
    /// For so many days from each answer on. Begin with few: what a browser was told, it keeps to.
    /// 0 has it forget what it was told.
    pub const fn days(days: u32) -> Self {
        Self {
            days,
            subdomains: false,
            preload: false,
        }
    }

    /// The hosts below this one, too: all of them must speak HTTPS.
    pub const fn include_subdomains(mut self) -> Self {
        self.subdomains = true;
        self
    }

    /// Asks the makers of browsers to ship them knowing of the site, subdomains included. They want
    /// a year at least, and it takes months to undo.
    pub const fn preload(mut self) -> Self {
        self.subdomains = true;
        self.preload = true;
        self
    }

    /// The value of `Strict-Transport-Security` (section 6.1).
    pub(crate) fn value(self) -> HeaderValue {
        let seconds = u64::from(self.days) * 24 * 60 * 60;
        let subdomains = if self.subdomains {
            "; includeSubDomains"
        } else {
            ""
        };
        let preload = if self.preload { "; preload" } else { "" };
        let text = format!("max-age={seconds}{subdomains}{preload}");
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("max-age=0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let table = [
            (Hsts::days(0), "max-age=0"),
            (Hsts::days(1), "max-age=86400"),
            (
                Hsts::days(2).include_subdomains(),
                "max-age=172800; includeSubDomains",
            ),
            (
                Hsts::days(365).preload(),
                "max-age=31536000; includeSubDomains; preload",
            ),
            (Hsts::days(u32::MAX), "max-age=371085174288000"),
        ];
        for (hsts, value) in table {
            assert_eq!(hsts.value(), value);
        }
    }
}
