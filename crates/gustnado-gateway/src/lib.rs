//! A gateway: requests of an application handed on to other servers, and their answers handed back,
//! both as they come. Begin with [`Proxy`].
//!
//! # Layout
//!
//! A file knows only those below it.
//!
//! - 3 [`proxy`]: the mount, and its settings
//! - 2 [`pass`]: one request, there and back; read this first
//! - 1 [`tunnel`]: a WebSocket, there and back; [`idle`]: when it last said something
//! - 1 [`plain`]: heads that are handed on as they came
//! - 1 [`passing`]: bodies on their way; [`choice`]: which upstream is next
//! - 1 [`location`]: where an answer leads, as the client has to see it
//! - 0 `shown`: header fields as tests see them
//! - 0 [`fields`]: what is for one connection only; [`forwarded`]: who asked; [`upstream`]: where to;
//!   [`health`]: whether it answers; [`set_cookie`]: where cookies belong; [`limits`]

mod choice;
mod fields;
mod forwarded;
mod health;
mod idle;
mod limits;
mod location;
mod pass;
mod passing;
mod plain;
mod proxy;
mod set_cookie;
#[cfg(test)]
mod shown;
mod tunnel;
mod upstream;

pub use limits::ProxyLimits;
pub use proxy::Proxy;
