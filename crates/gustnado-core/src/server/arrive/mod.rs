//! What happens to a socket between accepting it and its connection's driver. It must not know HTTP
//! beyond one refusal.
//!
//! - [`proxy`]: the PROXY protocol, as bytes.

mod proxy;
