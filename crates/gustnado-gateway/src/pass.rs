//! ONE request, there and back: read this first. Each step is in a file of its own; here is their
//! order, and what is an error.

use std::{sync::Arc, time::Duration};

use gustnado_client::{self as client, Client, ErrorKind, Phase};
use gustnado_core::{Body, Client as Asker, Error, Glance, Request, Response, Upgrade};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode, Version,
    header::{CONTENT_LENGTH, CONTENT_LOCATION, HOST, LOCATION, RETRY_AFTER},
    uri::PathAndQuery,
};
use http_body::Body as _;

use crate::{
    choice::{Choice, Chosen, Outcome},
    fields::{self, Via},
    forwarded::{self, Policy},
    limits::{self, ProxyLimits},
    location::Place,
    passing::{Home, Passing, Unsent, causes},
    plain::{self, Back, Way},
    set_cookie::Cookies,
    tunnel,
    upstream::climbs,
};

/// What a gateway goes by.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) client: Client,
    pub(crate) choice: Arc<Choice>,
    pub(crate) limits: ProxyLimits,
    pub(crate) forwarded: Policy,
    pub(crate) keep_host: bool,
    pub(crate) keep_location: bool,
    pub(crate) cookies: Cookies,
    /// Who it is in `Via`.
    pub(crate) via: Via,
}

/// A request as it is sent on, to whichever upstream.
struct Call {
    method: Method,
    /// What was asked for, and how much of it is the prefix; then come the rest of the path, and the query.
    target: PathAndQuery,
    prefix: usize,
    said: Said,
    body: Body,
}

impl Call {
    /// Its target and what else its head says; to be had once, if nobody else may be asked `again`.
    fn head(&mut self, again: bool) -> (PathAndQuery, Said) {
        if again {
            return (self.target.clone(), self.said.clone());
        }
        let target = std::mem::replace(&mut self.target, PathAndQuery::from_static("/"));
        let nothing = Said::Lines(Vec::new(), None);
        (target, std::mem::replace(&mut self.said, nothing))
    }
}

/// What its head says.
#[derive(Clone)]
enum Said {
    /// As it came, and with what we have to say; and the host, if it is not the upstream's.
    Lines(Vec<u8>, Option<HeaderValue>),
    Fields(HeaderMap),
}

/// Hands a request on that `asker` sent, and its answer back.
pub(crate) async fn pass(
    gateway: &Gateway,
    prefix: &str,
    asker: &Asker,
    request: Request,
) -> Result<Response, Error> {
    check_target(prefix, &request)?;
    let host = gateway.keep_host.then(|| asker.host()).flatten();
    let bare = *request.method() == Method::HEAD;
    let (call, upgrade) = match plain_lines(gateway, asker, &request) {
        Some(lines) => (plain_call(lines, prefix, host, request)?, None),
        None => match call(gateway, prefix, asker, request)? {
            Some(call) => call,
            None => return Ok(Response::new(204)),
        },
    };
    let (response, chosen) = send(gateway, call).await?;
    if let Some(upgrade) = upgrade.filter(|_| tunnel::opens(&response)) {
        let mut handshake = response.headers().clone();
        fields::strip(&mut handshake);
        gateway.cookies.say(&mut handshake);
        let idle = gateway.limits.tunnel_idle_time;
        return tunnel::open(&upgrade, response, handshake, chosen, idle);
    }
    let place = Place {
        upstream: chosen.upstream(),
        host,
        prefix,
    };
    refuse_interim(response.status())?;
    let back = Back {
        length: bare,
        place: gateway.keep_location,
        cookies: gateway.cookies.is_empty(),
    };
    let response = match handed_back(&response, back) {
        Some(answer) => {
            let (fields, body) = response.into_fields();
            fields.recycle();
            answer.with_body(body)
        }
        None => turned_back(gateway, &place, response, bare),
    };
    Ok(answer(response, bare, chosen))
}

/// A request whose head is sent on as these lines.
fn plain_call(
    lines: Vec<u8>,
    prefix: &str,
    host: Option<&str>,
    request: Request,
) -> Result<Call, Error> {
    let host = host.and_then(|host| HeaderValue::from_str(host).ok());
    Ok(Call {
        method: request.method().clone(),
        target: target(&request)?,
        prefix: prefix.len(),
        said: Said::Lines(lines, host),
        body: request.into_body(),
    })
}

/// A request whose head asks for more, and the WebSocket that it may ask for; nothing where its way ends
/// here.
fn call(
    gateway: &Gateway,
    prefix: &str,
    asker: &Asker,
    request: Request,
) -> Result<Option<(Call, Option<Upgrade>)>, Error> {
    refuse_circles(gateway, request.headers())?;
    let upgrade = tunnel::asked(&request);
    let target = target(&request)?;
    let peer = request.peer().map(|peer| peer.ip().to_canonical());
    let (mut head, body) = http::Request::from(request).into_parts();
    if fields::ends_here(&head.method, &mut head.headers) {
        return Ok(None);
    }
    fields::request(&mut head.headers, head.version, &gateway.via);
    if upgrade.is_some() {
        tunnel::ask(&mut head.headers);
    }
    forwarded::say(gateway.forwarded, &mut head.headers, asker, peer);
    let host = gateway.keep_host.then(|| asker.host()).flatten();
    say_host(&mut head.headers, host);
    let call = Call {
        method: head.method,
        target,
        prefix: prefix.len(),
        said: Said::Fields(head.headers),
        body,
    };
    Ok(Some((call, upgrade)))
}

/// The head of a request as lines, where they are nearly what came.
fn plain_lines(gateway: &Gateway, asker: &Asker, request: &Request) -> Option<Vec<u8>> {
    let asker = match gateway.forwarded {
        Policy::Anew => Some(asker),
        Policy::None => None,
        Policy::Append => return None,
    };
    let way = Way {
        version: request.version(),
        via: &gateway.via,
        asker,
    };
    plain::request(Glance::of(request).fields(), way)
}

/// Refuses what cannot be below a prefix.
fn check_target(prefix: &str, request: &Request) -> Result<(), Error> {
    let below = whole(request).get(prefix.len()..).unwrap_or_default();
    if !below.is_empty() && !below.starts_with(['/', '?']) {
        return Err(Error::new(400, "the target is not a path"));
    }
    if climbs(request.path()) {
        return Err(Error::new(
            400,
            "the path has a segment that is `.` or `..`",
        ));
    }
    Ok(())
}

/// What was asked for: path and query.
fn whole(request: &Request) -> &str {
    match Glance::of(request).target() {
        "" => "/",
        target => target,
    }
}

fn target(request: &Request) -> Result<PathAndQuery, Error> {
    let target = PathAndQuery::try_from(whole(request));
    target.map_err(|_| Error::new(400, "the target is not a path"))
}

fn refuse_circles(gateway: &Gateway, headers: &HeaderMap) -> Result<(), Error> {
    let hops = gateway.limits.hops;
    if fields::hops(headers) <= hops {
        return Ok(());
    }
    let detail = format!("the request passed more than {hops} gateways: do they form a circle?");
    Err(Error::new(508, detail))
}

fn say_host(headers: &mut HeaderMap, host: Option<&str>) {
    headers.remove(HOST);
    if let Some(host) = host.and_then(|host| HeaderValue::from_str(host).ok()) {
        headers.insert(HOST, host);
    }
}

/// Sends it, to the next upstream where one takes no connection and so has read nothing.
async fn send(gateway: &Gateway, mut call: Call) -> Result<(client::Response, Chosen), Error> {
    let Gateway {
        client,
        choice,
        limits,
        ..
    } = gateway;
    let several = choice.has_several();
    let home = (several && !call.body.is_end_stream()).then(Home::default);
    let mut tried = Vec::new();
    let mut failed = None;
    loop {
        let chosen = match choice.next(&tried) {
            Ok(chosen) => chosen,
            Err(wait) => return Err(failed.map_or_else(|| all_rest(wait), explained)),
        };
        let upstream = chosen.upstream();
        let (target, said) = call.head(several);
        let target = upstream.target(target, call.prefix);
        let target =
            target.ok_or_else(|| Error::new(414, "the target is too long for the upstream"))?;
        let body = std::mem::take(&mut call.body);
        let body = match &home {
            Some(home) => home.lend(body),
            None => body,
        };
        let request = client.request_at(call.method.clone(), upstream.place(), target);
        let request = match said {
            Said::Lines(lines, host) => request.lines(lines, host),
            Said::Fields(headers) => request.headers(headers),
        };
        let error = match request.body(body).send().await {
            Ok(response) => {
                chosen.tell(told(response.status()), limits);
                return Ok((response, chosen));
            }
            Err(error) => error,
        };
        chosen.tell(outcome(error.kind()), limits);
        let back = home.as_ref().map(Home::take);
        if !several || !is_unsent(error.kind()) || matches!(back, Some(None)) {
            return Err(explained(error));
        }
        call.body = back.flatten().unwrap_or_default();
        tracing::warn!(
            upstream = chosen.upstream().name(),
            causes = causes(&error),
            "an upstream takes no connection"
        );
        tried.push(chosen.index());
        failed = Some(error);
    }
}

/// Whether a failure was one before anything was sent.
fn is_unsent(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Timeout(Phase::Connect)
    )
}

/// What a failure says of the upstream.
fn outcome(kind: ErrorKind) -> Outcome {
    match kind {
        ErrorKind::Cut | ErrorKind::Protocol | ErrorKind::Timeout(Phase::FirstByte) => {
            Outcome::Failed
        }
        kind if is_unsent(kind) => Outcome::Failed,
        _ => Outcome::Unknown,
    }
}

/// What an answer says of the upstream.
fn told(status: StatusCode) -> Outcome {
    match status.as_u16() {
        502..=504 => Outcome::Failed,
        _ => Outcome::Worked,
    }
}

/// A failure, as our client is told of it: by the status alone, unless it is its own.
#[cold]
fn explained(error: client::Error) -> Error {
    if error.kind() == ErrorKind::Upload {
        return Body::unreadable(error.into());
    }
    let error = Error::from(error);
    if error.status() == StatusCode::SERVICE_UNAVAILABLE {
        return error.with_header(RETRY_AFTER, limits::RETRY_AFTER.into());
    }
    error
}

#[cold]
fn all_rest(wait: Duration) -> Error {
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
    let error = Error::new(503, "every upstream failed too often and is left alone");
    error.with_header(RETRY_AFTER, seconds.into())
}

/// Refuses what promises an answer and is none.
fn refuse_interim(status: StatusCode) -> Result<(), Error> {
    if status.is_informational() {
        let detail = format!("the upstream answered {status}, which is no answer");
        return Err(Error::new(502, detail));
    }
    Ok(())
}

/// Makes of an answer whose head is a plain one the head that is handed back.
fn handed_back(response: &client::Response, back: Back) -> Option<Response> {
    let fields = response.fields()?;
    let mut answer = Response::with_code(response.status());
    let plain = plain::answer(fields.iter(), back, |name, value| {
        answer.hand_on(name, value);
    });
    plain.then_some(answer)
}

/// Makes of another the one that is handed back; `bare`: a HEAD was asked.
fn turned_back(
    gateway: &Gateway,
    place: &Place<'_>,
    response: client::Response,
    bare: bool,
) -> Response {
    let (mut head, body) = response.into_parts();
    head.version = Version::HTTP_11;
    head.extensions.clear();
    fields::strip(&mut head.headers);
    gateway.cookies.say(&mut head.headers);
    if !gateway.keep_location {
        for name in [LOCATION, CONTENT_LOCATION] {
            let reference = head
                .headers
                .get(&name)
                .and_then(|value| value.to_str().ok());
            let here = reference.and_then(|reference| place.here(reference));
            if let Some(here) = here.and_then(|here| HeaderValue::try_from(here).ok()) {
                head.headers.insert(name, here);
            }
        }
    }
    if !bare && body.size_hint().exact().is_none() {
        // Of a body that came in chunks it would be anybody's word.
        head.headers.remove(CONTENT_LENGTH);
    }
    http::Response::from_parts(head, body).into()
}

/// Puts head and body together; `bare`: a HEAD was asked.
fn answer(mut response: Response, bare: bool, chosen: Chosen) -> Response {
    if bare {
        return response.with_body(Body::new(Unsent));
    }
    let body = response.body();
    if body.is_end_stream() || body.as_full().is_some() {
        // The upstream is done with it.
        return response;
    }
    let body = response.take_body();
    response.with_body(Body::new(Passing::new(body, chosen)))
}
