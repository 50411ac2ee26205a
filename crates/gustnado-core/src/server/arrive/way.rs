//! What stands between accepting a connection and its HTTP, for each listener. It must not know where
//! sockets come from.

use std::{fmt, io, sync::Arc};

use tokio::sync::Semaphore;

use super::{
    header,
    proxy::{Header, Origin},
};
use crate::{
    application::App,
    arrival::Arrival,
    connection::{Clock, Socket, drive},
    limits::Limits,
    seldom::Seldom,
    server::race::{Won, race},
    stop::Stopping,
    task::spawn,
    to_https::HttpsRedirect,
    trust::Network,
};

#[cfg(feature = "tls")]
use {
    super::handshake,
    crate::server::tls::{Config, Tls},
};

/// What a program has said of the connections of a listener.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Wanted {
    /// From where headers of the PROXY protocol come, as networks.
    pub(in crate::server) balancers: Option<Vec<String>>,
    #[cfg(feature = "tls")]
    pub(in crate::server) tls: Option<Tls>,
    pub(in crate::server) redirect: Option<HttpsRedirect>,
}

/// What the connections of a listener go through. Of most, nothing.
#[derive(Debug, Default)]
pub(in crate::server) struct Way {
    balancers: Option<Vec<Network>>,
    #[cfg(feature = "tls")]
    tls: Option<Config>,
    /// What answers, where it is not the application.
    instead: Option<App>,
    /// Connections that were closed for their headers.
    closed: Seldom,
}

/// What a worker has for its connections.
#[derive(Debug, Clone)]
pub(in crate::server) struct Host {
    app: App,
    clock: Arc<Clock>,
    /// One for each handshake at once.
    #[cfg_attr(
        not(feature = "tls"),
        expect(dead_code, reason = "nobody shakes hands")
    )]
    slots: Arc<Semaphore>,
}

/// Why a connection came to nothing before its HTTP.
enum Turned {
    /// By what a balancer should have said.
    Away(Away),
    #[cfg(feature = "tls")]
    Handshake(io::Error),
}

enum Away {
    NoBalancer,
    Stopping,
    Header(io::Error),
}

impl Wanted {
    /// Reads what was said.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(in crate::server) fn open(&self, limits: &Limits) -> Result<Way, Vec<String>> {
        let mut problems = Vec::new();
        let mut way = Way::default();
        if let Some(texts) = &self.balancers {
            let mut balancers = Vec::new();
            for text in texts {
                match Network::parse(text) {
                    Ok(network) => balancers.push(network),
                    Err(error) => problems.push(format!("the network {text:?} {error}")),
                }
            }
            if texts.is_empty() {
                problems.push("`proxy_protocol` needs the networks that balancers are in".into());
            }
            way.balancers = Some(balancers);
        }
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            match tls.open() {
                Ok(config) => way.tls = Some(config),
                Err(error) => problems.extend_from_slice(error.problems()),
            }
            if self.redirect.is_some() {
                problems.push("what speaks TLS cannot redirect to HTTPS: it is there".into());
            }
        }
        if let Some(redirect) = &self.redirect {
            match redirect.application(limits) {
                Ok(app) => way.instead = Some(app),
                Err(error) => problems.push(error.to_string()),
            }
        }
        if problems.is_empty() {
            Ok(way)
        } else {
            Err(problems)
        }
    }
}

impl Host {
    pub(in crate::server) fn new(app: App, clock: Arc<Clock>) -> Self {
        let most = app.limits().handshakes.clamp(1, Semaphore::MAX_PERMITS);
        let slots = Arc::new(Semaphore::new(most));
        Self { app, clock, slots }
    }

    /// Serves a connection, as a task of its own. `guard` is dropped when it has ended.
    pub(in crate::server) fn begin(
        &self,
        socket: Socket,
        arrival: Arrival,
        way: &Arc<Way>,
        guard: impl Send + 'static,
    ) {
        let app = way.instead.as_ref().unwrap_or(&self.app).clone();
        let clock = Arc::clone(&self.clock);
        if way.is_straight() {
            tokio::spawn(drive(socket, arrival, app, clock, guard));
            return;
        }
        let (host, way) = (self.clone(), Arc::clone(way));
        spawn(async move {
            // In a box, so that what it takes is gone when the connection is served.
            let arrived = Box::pin(host.arrive(socket, arrival, &way)).await;
            drop((host, way));
            if let Some((socket, arrival)) = arrived {
                drive(socket, arrival, app, clock, guard).await;
            }
        });
    }

    /// Has a connection go its way, in time.
    async fn arrive(
        &self,
        socket: Socket,
        arrival: Arrival,
        way: &Way,
    ) -> Option<(Socket, Arrival)> {
        let limits = self.app.limits();
        let time = if way.is_secure() {
            limits.handshake_time
        } else {
            limits.head_time
        };
        match tokio::time::timeout(time, self.go(socket, arrival, way)).await {
            Ok(Ok(arrived)) => return Some(arrived),
            // Most who come here by mistake, or to see what is there: not worth a line each.
            Err(_late) => tracing::debug!(peer = ?arrival.peer, "closed: it has said too little"),
            #[cfg(feature = "tls")]
            Ok(Err(Turned::Handshake(error))) => {
                tracing::debug!(peer = ?arrival.peer, %error, "closed: no TLS");
            }
            Ok(Err(Turned::Away(away))) => {
                if let Some(closed) = way.closed.note() {
                    tracing::warn!(peer = ?arrival.peer, closed, "closed: {away}");
                }
            }
        }
        None
    }

    async fn go(
        &self,
        mut socket: Socket,
        mut arrival: Arrival,
        way: &Way,
    ) -> Result<(Socket, Arrival), Turned> {
        if let Some(balancers) = &way.balancers {
            let stopping = self.app.stopping();
            let introduced = introduce(&mut socket, &mut arrival, balancers, &stopping);
            introduced.await.map_err(Turned::Away)?;
        }
        #[cfg(feature = "tls")]
        if let Some(config) = &way.tls {
            let (limits, stopping) = (self.app.limits(), self.app.stopping());
            let shaken = handshake::shake(socket, config, &self.slots, limits, stopping.begun());
            socket = shaken.await.map_err(Turned::Handshake)?;
            arrival.secure = true;
        }
        Ok((socket, arrival))
    }
}

impl Way {
    fn is_straight(&self) -> bool {
        self.balancers.is_none() && !self.is_secure()
    }

    fn is_secure(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }
}

/// Takes the word of a balancer on where a connection comes from.
async fn introduce(
    socket: &mut Socket,
    arrival: &mut Arrival,
    balancers: &[Network],
    stopping: &Stopping,
) -> Result<(), Away> {
    let peer = arrival.peer.map(|peer| peer.ip());
    if !balancers.iter().any(|network| network.has(peer)) {
        return Err(Away::NoBalancer);
    }
    let Header { origin, secure } = match race(header::read(socket), stopping.begun()).await {
        Won::One(header) => header.map_err(Away::Header)?,
        Won::Other(()) => return Err(Away::Stopping),
    };
    match origin {
        Origin::Balancer => {}
        Origin::Peer(peer) => arrival.peer = Some(peer),
        Origin::Local => arrival.peer = None,
    }
    arrival.secure = secure;
    Ok(())
}

impl fmt::Display for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBalancer => f.write_str("it comes from none of the networks of balancers"),
            Self::Stopping => f.write_str("the server stops"),
            Self::Header(error) => error.fmt(f),
        }
    }
}
