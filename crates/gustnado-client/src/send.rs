//! One call, from the request to its answer: read this first. Each step is somewhere else; here is
//! their order, and what is done again.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use tokio::time::Instant;

use crate::{
    call::Call,
    circuit::Circuits,
    connection::Connection,
    cookies::CookieJar,
    deadline::Deadline,
    decode::Decoder,
    error::{Error, ErrorKind, Result},
    exchange::{Again, Answer, Failed, Place, by_many, by_one},
    limits::{DRAIN, Limits},
    payload::{Asked, Bounds, Payload},
    pool::{Got, Pool, Pooled as _, Wanted},
    redirect,
    response::Response,
    retry::{Budget, is_passing, pause},
};

/// What the calls of a client share.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) pool: Pool<Connection>,
    pub(crate) budget: Budget,
    pub(crate) circuits: Circuits,
    pub(crate) cookies: Option<CookieJar>,
}

/// Sends a call and follows where it leads, all of it before one deadline.
///
/// What is rarely needed is in boxes of its own: a call is one allocation that is moved once, and the smaller
/// the better.
pub(crate) async fn send(
    common: &Common,
    limits: &Limits,
    mut call: Box<Call>,
) -> Result<Response> {
    let deadline = Deadline::after(limits.total_time);
    let mut hops = 0;
    loop {
        let answer = tries(common, limits, &deadline, &mut call).await;
        let answer = answer.map_err(|error| error.of(&call.method, &call.url))?;
        let hop = if limits.redirects == 0 || !answer.head.status.is_redirection() {
            None
        } else {
            let (status, headers) = (answer.head.status, answer.head.headers());
            let hop = redirect::next(&call.method, &call.url, status, headers);
            hop.map_err(|error| error.of(&call.method, &call.url))?
        };
        let Some(hop) = hop else {
            return Ok(finish(answer, limits, deadline, call));
        };
        hops += 1;
        let wrong = |why: String| Error::new(ErrorKind::Redirect, why).of(&call.method, &call.url);
        if hops > limits.redirects {
            return Err(wrong(format!(
                "more than {} redirects (`redirects`)",
                limits.redirects
            )));
        }
        if hop.body && !call.has_body() {
            return Err(wrong(
                "the redirect wants the body again, which was a stream".into(),
            ));
        }
        Box::pin(drain(answer, limits, deadline)).await;
        call.follow(hop);
    }
}

/// What is left of this answer is of no use; its connection may be.
async fn drain(answer: Answer, limits: &Limits, deadline: Deadline) {
    let bounds = Bounds {
        bytes: DRAIN,
        between: limits.between_bytes_time,
        deadline,
    };
    let mut payload = Payload::new(answer.body, None, bounds);
    while let Ok(Some(_)) = payload.chunk().await {}
}

/// Tries it, and again where that is wanted, and may help, and is in time.
async fn tries(
    common: &Common,
    limits: &Limits,
    deadline: &Deadline,
    call: &mut Call,
) -> Result<Answer> {
    common.budget.earn();
    let mut tried = 0;
    loop {
        let passage = common.circuits.pass(&call.url.origin, limits)?;
        call.cookies = common.cookies.as_ref().and_then(|jar| jar.field(&call.url));
        let outcome = attempts(&common.pool, limits, deadline, call).await;
        if let (Some(jar), Ok(answer)) = (&common.cookies, &outcome) {
            jar.keep(&call.url, answer.head.headers());
        }
        let passing = is_passing(outcome.as_ref().map(|answer| answer.head.status));
        passage.tell(passing);
        if !passing || tried >= limits.retries || !call.is_repeatable() {
            return outcome;
        }
        let headers = outcome.as_ref().ok().map(|answer| answer.head.headers());
        let wake = Instant::now() + pause(tried, headers);
        if wake >= deadline.at || !common.budget.spend() {
            return outcome;
        }
        drop(outcome);
        Box::pin(tokio::time::sleep_until(wake)).await;
        tried += 1;
    }
}

/// Sends it once, and once more where its connection turns out to have been closed and nothing is
/// done twice by that.
async fn attempts(
    pool: &Pool<Connection>,
    limits: &Limits,
    deadline: &Deadline,
    call: &mut Call,
) -> Result<Answer> {
    let origin = call.url.origin.clone();
    let place = Place {
        pool,
        origin: &origin,
        limits,
        deadline,
    };
    let mut again = false;
    loop {
        let wanted = match (again, call.is_idempotent()) {
            (true, _) => Wanted::Fresh,
            (false, true) => Wanted::Any,
            (false, false) => Wanted::Sure,
        };
        let connection = match pool.get(&origin, wanted)? {
            Got::Kept(connection) => connection,
            Got::Line(waiting) => {
                let late = || deadline.error();
                Box::pin(waiting.wait(limits.queue_time, deadline.at, late)).await?
            }
        };
        let used = connection.used();
        let outcome = match connection {
            Connection::One(one) => {
                let body = call.body()?;
                let form = one.form.clone();
                let exchange = by_one(&place, one, &call.asking(&form), body);
                exchange.await
            }
            Connection::Many(many) => Box::pin(by_many(&place, many, call.request()?)).await,
        };
        let failed = match outcome {
            Ok(answer) => return Ok(answer),
            Err(failed) => failed,
        };
        let Failed { error, again: may } = failed;
        let safe = match may {
            Again::Never => false,
            Again::IfIdempotent => call.is_idempotent(),
            Again::Always(body) => {
                call.restore(body);
                true
            }
        };
        // A new connection that is closed at once is no accident.
        if again || !used || !safe || !call.has_body() {
            return Err(error);
        }
        again = true;
        pool.repeated();
    }
}

/// Makes of an answer what is given to whoever asked.
fn finish(mut answer: Answer, limits: &Limits, deadline: Deadline, call: Box<Call>) -> Response {
    let head = &mut answer.head;
    let decoder = if call.decode {
        Decoder::of(head.headers())
    } else {
        None
    };
    if decoder.is_some() {
        head.remove(&CONTENT_ENCODING);
        head.remove(&CONTENT_LENGTH);
    }
    let bounds = Bounds {
        bytes: limits.body,
        between: limits.between_bytes_time,
        deadline,
    };
    let payload = Payload::new(answer.body, decoder, bounds);
    let Call { method, url, .. } = *call;
    Response::new(answer.head, payload, Asked { method, url })
}
