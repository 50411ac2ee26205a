//! Compiles and runs what is shown to users: each chapter of the guide, the README, the pages of
//! docs/ with code. `cargo test --doc -p gustnado-tests` runs them alone.

#[doc = include_str!("../README.md")]
mod readme {}

#[doc = include_str!("../docs/guide/01-first-handler.md")]
mod first_handler {}

#[doc = include_str!("../docs/limits.md")]
mod limits {}

#[doc = include_str!("../docs/openapi.md")]
mod openapi {}
