//! Certificates and what is negotiated with them. It must not know sockets or connections; nothing
//! of rustls is public.
//!
//! - [`config`]: what programs say, [`Tls`], and what rustls makes of it.
//! - [`certificates`]: PEM files, read and checked, and which of them a client gets.

mod certificates;
mod config;

pub(super) use config::Config;
pub use config::{Tls, TlsError};
