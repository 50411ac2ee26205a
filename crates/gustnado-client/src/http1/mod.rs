//! HTTP/1 as a client speaks it: a request is written and its answer read, one after the other on one
//! connection. It must not know what is asked, pools, or what time it is.
//!
//! - `encode`: the head of a request
//! - `outgoing`: a request as it leaves, its body included
//! - `head`: the head of an answer; `length`: how its body comes
//! - `incoming`: the body of an answer
//! - `exchange`: all of it on one wire
//! - `fault`: why an exchange is not whole

mod encode;
mod exchange;
mod fault;
#[cfg(fuzzing)]
pub(crate) mod fuzz;
mod head;
mod incoming;
mod length;
mod outgoing;

pub(crate) use encode::Asking;
pub(crate) use exchange::Http1;
pub(crate) use fault::Fault;
