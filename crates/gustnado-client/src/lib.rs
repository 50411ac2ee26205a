//! An asynchronous HTTP client: a pool of connections with a line of those who wait, time-outs that say
//! which of them passed, redirects that keep secrets at home, bodies that are bounded. Begin with
//! [`Client`].
//!
//! # Layout
//!
//! A call goes down this list, and its answer up again; [`send`] is the order of it all. A file knows
//! only those below it.
//!
//! - 9 [`client`]: the client as users have it, and its settings
//! - 8 [`request`]: a request as it is put together
//! - 7 [`engine`]: what all clones of a client share
//! - 6 [`send`]: one call: attempts, redirects, one deadline
//! - 5 [`response`]: the answer as users read it
//! - 5 [`payload`]: its body, decoded and bounded; [`decode`]: codings undone
//! - 4 [`call`]: what is asked, to be sent more than once; [`redirect`]: where an answer leads
//! - 4 [`retry`]: when it is tried again; [`circuit`]: hosts that are left alone
//! - 4 [`cookies`]: what servers set, and where it is sent
//! - 4 [`exchange`]: one request and its answer on one connection
//! - 3 [`arriving`]: the body as it comes, and the connection back at its end
//! - 3 [`connect`]: from an origin to an open connection
//! - 2 [`connection`]: HTTP/1 or HTTP/2 on a wire; [`http1`]: the first of them; [`wire`]: a link, or TLS
//!   over one
//! - 2 [`pool`]: connections that are kept, and the line
//! - 1 [`link`]: a socket that is counted; [`deadline`]: when a call ends; [`alarm`]: a timer that is kept
//! - 1 [`origins`]: origins that were asked for of late; [`head`]: the head of an answer
//! - 0 [`auth`], [`form`], [`url`], [`error`], [`limits`]

mod alarm;
mod arriving;
mod auth;
mod call;
mod circuit;
mod client;
mod connect;
mod connection;
mod cookies;
mod deadline;
mod decode;
mod engine;
mod error;
mod exchange;
mod form;
mod head;
mod http1;
mod limits;
mod link;
mod origins;
mod payload;
mod pool;
mod redirect;
mod request;
mod response;
mod retry;
mod send;
mod url;
mod wire;

pub use client::{Client, ClientBuilder};
pub use connect::{Resolve, Resolved};
pub use cookies::CookieJar;
pub use error::{Error, ErrorKind, Phase, Result};
pub use limits::Limits;
pub use pool::PoolStats;
pub use request::RequestBuilder;
pub use response::Response;
#[doc(hidden)]
pub use url::Place;

/// Parsers for the fuzzers, each with what must hold of whatever it is given.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod __fuzz {
    pub use crate::http1::fuzz::answer;
}
