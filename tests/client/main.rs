//! The client against servers that are scripted byte by byte, and against ours: one test a promise,
//! named for it. Time is tokio's, which stands still while bytes are on their way and jumps when
//! nothing is.
//!
//! - `answers`: what is sent, and what is read of an answer
//! - `pool`: connections that are kept, the line, what is sent again
//! - `time`: each time-out, and one deadline for all
//! - `proxies`: what is said to them, and what becomes of what they say
//! - `redirects`: where they lead, and what stays at home
//! - `bodies`: bounds, codings, streams
//! - `cookies`: what servers set, and where it is sent
//! - `hostile`: servers that mean harm, or are broken
//! - `retries`: calls that are tried again, and hosts that are left alone
//! - `secure`: TLS, HTTP/2, names and sockets

#![expect(
    clippy::unwrap_used,
    reason = "what the helpers need is there, or the test has failed"
)]

mod answers;
mod bodies;
mod cookies;
mod hostile;
mod lab;
mod peer;
mod pool;
mod proxies;
mod redirects;
mod retries;
mod secure;
mod time;
