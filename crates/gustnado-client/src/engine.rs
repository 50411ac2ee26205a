//! What all clones of a client share: its pool, its bounds, what each request says. It must not know
//! how a request is put together.

use std::{fmt, sync::Arc};

use http::HeaderMap;

use crate::{
    call::Call,
    circuit::Circuits,
    connect::Connector,
    cookies::CookieJar,
    error::Result,
    limits::Limits,
    origins::Origins,
    pool::{Pool, PoolStats},
    response::Response,
    retry::Budget,
    send::{Common, send},
    url::Url,
};

/// The inside of a client.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    common: Common,
    limits: Limits,
    headers: HeaderMap,
    decode: bool,
    origins: Origins,
}

impl Engine {
    pub(crate) fn new(
        connector: Connector,
        headers: HeaderMap,
        decode: bool,
        cookies: Option<CookieJar>,
    ) -> Self {
        let limits = connector.limits.clone();
        let connector = Arc::new(connector);
        let open = move |origin, slot| Box::pin(connector.clone().open(origin, slot)) as _;
        let common = Common {
            pool: Pool::new(&limits, open),
            budget: Budget::new(),
            circuits: Circuits::default(),
            cookies,
        };
        Self(Arc::new(Inner {
            common,
            limits,
            headers,
            decode,
            origins: Origins::default(),
        }))
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Parses a URL.
    pub(crate) fn url(&self, text: &str) -> Result<Url> {
        self.0.origins.url(text)
    }

    pub(crate) fn stats(&self) -> PoolStats {
        self.0.common.pool.stats()
    }

    /// Sends a call by these bounds, or the client's.
    pub(crate) async fn send(
        self,
        mut call: Box<Call>,
        limits: Option<Box<Limits>>,
    ) -> Result<Response> {
        let Inner {
            common,
            limits: client,
            headers,
            decode,
            ..
        } = &*self.0;
        if common.cookies.is_some() {
            call.unfold();
        }
        let complete = call.complete(headers, *decode);
        complete.map_err(|error| error.of(&call.method, &call.url))?;
        send(common, limits.as_deref().unwrap_or(client), call).await
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            common,
            limits,
            headers,
            ..
        } = &*self.0;
        let names: Vec<_> = headers.keys().collect();
        f.debug_struct("Client")
            .field("pool", &common.pool)
            .field("limits", limits)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}
