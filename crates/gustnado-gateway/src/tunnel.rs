//! A connection that a WebSocket goes over, there and back. It must not know what is said on it.

use std::{
    future::{Future as _, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use gustnado_client as client;
use gustnado_core::{Error, Request, Response, Upgrade};
use http::{
    HeaderMap, HeaderValue,
    header::{CONNECTION, UPGRADE},
};
use tokio::io::copy_bidirectional;

use crate::{choice::Chosen, idle::Noted};

/// The protocol that is handed on.
const WEBSOCKET: &str = "websocket";

/// What a request asks for, if that is a WebSocket.
pub(crate) fn asked(request: &Request) -> Option<Upgrade> {
    let upgrade = Upgrade::of(request)?;
    let names = |name: &str| name.eq_ignore_ascii_case(WEBSOCKET);
    let asked = upgrade.protocols().any(names);
    asked.then_some(upgrade)
}

/// Asks for it on this hop, too.
pub(crate) fn ask(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static(WEBSOCKET));
}

/// Whether an answer changes to the protocol that was asked for.
pub(crate) fn opens(response: &client::Response) -> bool {
    let name = response.header(UPGRADE.as_str()).unwrap_or_default();
    response.status().as_u16() == 101 && name.eq_ignore_ascii_case(WEBSOCKET)
}

/// The answer behind which bytes go both ways until either side has ended, or nothing went over it for
/// `idle`, by a handshake whose other fields are these.
pub(crate) fn open(
    upgrade: &Upgrade,
    response: client::Response,
    fields: HeaderMap,
    chosen: Chosen,
    idle: Duration,
) -> Result<Response, Error> {
    let Some(mut theirs) = response.into_upgraded() else {
        return Err(Error::new(502, "the upstream changed protocols unasked"));
    };
    let mut answer = upgrade.to(WEBSOCKET, move |ours| async move {
        let _chosen = chosen;
        // All that goes either way goes over this end.
        let (mut ours, last) = Noted::new(ours);
        let mut copied = pin!(copy_bidirectional(&mut ours, &mut theirs));
        let mut idle = pin!(last.idle_for(idle));
        let ended = poll_fn(|cx| match copied.as_mut().poll(cx) {
            Poll::Ready(copied) => Poll::Ready(Some(copied)),
            Poll::Pending => idle.as_mut().poll(cx).map(|()| None),
        });
        match ended.await {
            Some(Ok(_)) => {}
            Some(Err(error)) => tracing::debug!(%error, "a WebSocket was lost"),
            None => tracing::debug!("a WebSocket was idle for too long"),
        }
    })?;
    let mut last = None;
    for (name, value) in fields {
        last = name.or(last);
        if let Some(name) = &last {
            answer.headers_mut().append(name.clone(), value);
        }
    }
    Ok(answer)
}
