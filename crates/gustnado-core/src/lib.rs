//! The runtime of Gustnado: request → response, and the wire.
//!
//! # Layout
//!
//! A file imports only from rungs below its own, or from the left on it; `tests/tidy.rs` reads
//! this list and sees to it.
//!
//! - 0 [`arrival`], [`control`], [`limits`], [`environment`], [`route`], [`describe`], [`error`], [`state`], [`tag`], [`tally`], [`stop`]
//! - 0 [`trust`]: who a request comes from
//! - 0 [`spare`]: header maps that nobody needs now
//! - 0 [`fields`], [`lines`]: header fields as they lie in HTTP/1
//! - 0 [`task`]: what goes on by itself
//! - 0 [`look`]: which came first, a request or a look at the disk
//! - 0 [`seldom`]: what peers bring about, logged once a second
//! - 0 [`overload`]: whether a worker has too much to do
//! - 0 [`defaults`]: what every answer has
//! - 0 [`security`], [`hsts`]: what makes browsers careful
//! - 0 [`local`], [`file_name`]: what others chose, made harmless
//! - 0 [`cookie`]: the values of cookies in a head
//! - 0 [`chunk`], [`open_file`], [`file_range`]: bytes of a file
//! - 0 [`written`]: bytes of an answer, in room that is used again
//! - 0 [`endless`], [`bounded`], [`late`], [`body`], [`channel`], [`chunked`]: bytes
//! - 1 [`head`]: the head of a request, as it came
//! - 1 [`request`], [`request_id`], [`response`]
//! - 1 [`glance`]: the head of a request, seen before one is made
//! - 2 [`dress`]: puts on an answer what every answer has
//! - 2 [`ready`]: answers that were made before
//! - 2 [`upgrade`]: the change of a connection to another protocol
//! - 2 [`respond`]: values that are answers, and the renderer of errors
//! - 3 [`middleware`]: layers around what answers
//! - 3 [`extract`]: inputs out of a request
//! - 4 [`handler`], [`mount`]: what answers
//! - 4 [`failure`]: the answer to a request that failed
//! - 5 [`write`]: fits an answer to its request
//! - 6 [`router`]: which of them answers
//! - 7 [`application`]: collected, checked, frozen
//! - 7 [`to_https`]: plain HTTP that only says where HTTPS is
//! - 8 [`lifecycle`]: ONE request from head to answer; read this first
//! - 8 [`access`]: what the log says of it
//! - 9 [`testing`], [`connection`]: an in-process client; ONE connection
//! - 10 [`server`]: listeners, workers, signals, drain
//!
//! Applications depend on `gustnado`, which re-exports all of this.

mod access;
mod application;
mod arrival;
mod body;
mod bounded;
mod channel;
mod chunk;
#[doc(hidden)]
pub mod chunked;
mod connection;
mod control;
mod cookie;
mod defaults;
pub mod describe;
mod dress;
mod endless;
mod environment;
mod error;
mod extract;
mod failure;
#[doc(hidden)]
pub mod fields;
mod file_name;
mod file_range;
mod glance;
mod handler;
mod head;
mod hsts;
mod late;
mod lifecycle;
mod limits;
mod lines;
mod local;
mod look;
mod middleware;
mod mount;
mod open_file;
mod overload;
mod ready;
mod request;
mod request_id;
mod respond;
mod response;
mod route;
mod router;
mod security;
mod seldom;
mod server;
mod spare;
mod state;
mod stop;
#[doc(hidden)]
pub mod tag;
mod tally;
mod task;
pub mod testing;
mod to_https;
mod trust;
mod upgrade;
mod write;
mod written;

pub use application::{App, Application, BuildError, BuildProblem, Group, Routes};
pub use body::Body;
pub use bytes::Bytes;
pub use channel::{Gone, Sender};
pub use control::Control;
pub use error::{BadInput, BoxError, Error, HttpError, Internal, OrError, Part, Result};
#[cfg(feature = "garde")]
pub use extract::Garde;
pub use extract::{
    BoxFuture, Cx, FromForm, FromParam, FromRequest, Invalid, Needs, ParamError, Peer, RequestHead,
    SharedState, Stage, Text, Urls, Valid, Validate,
};
#[cfg(feature = "multipart")]
pub use extract::{FormPart, Multipart, Upload};
pub use glance::Glance;
pub use handler::{Outcome, RequestHandler};
pub use hsts::Hsts;
pub use limits::Limits;
pub use local::LocalUrl;
pub use look::Look;
pub use middleware::{HttpLayer, Next};
pub use mount::{Clients, Mount, Tower};
pub use open_file::OpenFile;
pub use ready::{ReadyHead, ReadyMade};
pub use request::Request;
#[cfg(feature = "json")]
pub use respond::{Created, Json};
pub use respond::{
    Download, Event, Events, Html, IntoEvent, IntoResponse, NoContent, Redirect, SameSite,
    SetCookie, With,
};
pub use response::Response;
pub use route::{Pattern, PatternError, Piece};
pub use server::{Accepts, Bound, IntoListen, Listen, ListenAddr, ListenError, RunError, Serve};
#[cfg(feature = "tls")]
pub use server::{Tls, TlsError};
pub use stop::Stopping;
pub use to_https::HttpsRedirect;
pub use trust::Client;
pub use upgrade::{Upgrade, Upgraded};

/// Parsers for the fuzzers, each with what must hold of whatever it is given.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod __fuzz {
    pub use crate::{
        connection::fuzz as connection, extract::fuzz as extract, server::fuzz as server,
        trust::fuzz as trust,
    };
}

/// What the macros write down. Nothing here is for people.
#[doc(hidden)]
pub mod __private {
    pub use std::panic::Location;

    pub use http::{HeaderMap, StatusCode};

    pub use crate::{
        describe::{Number, Operation, TextKind},
        error::{Error, Fallible, HttpError, IntoError},
        extract::{
            Bounds, Cx, FromForm, FromParam, FromRequest, Inputs, Needs, ParamError, PathValue,
            SharedState, Slot, Slots, Source, Stage, group_needs, group_slot, read_group,
        },
        handler::{
            ClientGone, Hooks, Options, Outcome, Prepared, RequestHandler, Verb, Verbs, run,
            run_to_finish,
        },
        respond::IntoResponse,
        response::Response,
    };
}
