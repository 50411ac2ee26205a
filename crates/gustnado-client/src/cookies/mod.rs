//! Cookies that servers set, and which of them go to which URL (RFC 6265). It must not know requests or
//! answers.
//!
//! - `jar`: the cookies of a client, with lock and clock
//! - `store`: what is kept, and for whom
//! - `set_cookie`: what a server says; `date`: when that ends

mod date;
mod jar;
mod set_cookie;
mod store;

pub use jar::CookieJar;
