//! One binary for all tests at the edge, so that they link once.
//!
//! - `bodies`, `forms`, `uploads`: what is read from a body, and how it fails.
//! - `edge`: whom an application trusts, what it tells browsers, whether it is well.
//! - `files`: handlers of files, and the URLs of what they serve.
//! - `groups`: what is said for handlers that stand together.
//! - `handlers`: what the macros promise, through an application without a socket.
//! - `hostile`: attacks, on a server in a process of its own.
//! - `https`: the redirect from plain HTTP, and what keeps browsers there.
//! - `inputs`: where inputs come from and when: cookies, bounds, words, groups.
//! - `layers`: layers of tower's around applications and groups.
//! - `openapi`: what an application says of itself, and the page that shows it.
//! - `replies`: what answers carry besides their content, and streams.
//! - `routes`: which of several routes answers a path.
//! - `start`: what cannot be started says why.
//! - `wire`: bytes on a socket. What the connection driver and the server promise.

mod bodies;
mod edge;
mod files;
mod forms;
mod groups;
mod handlers;
mod hooks;
mod hostile;
mod https;
mod inputs;
mod layers;
mod openapi;
mod replies;
mod routes;
mod start;
mod uploads;
mod wire;
