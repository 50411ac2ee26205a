//! Compiles and runs what is shown to users: each chapter of the guide, the README, the pages of
//! docs/ with code. `cargo test --doc -p gustnado-tests` runs them alone.

#[doc = include_str!("../README.md")]
mod readme {}

#[doc = include_str!("../docs/guide/01-first-handler.md")]
mod first_handler {}

#[doc = include_str!("../docs/guide/02-handlers.md")]
mod handlers {}

#[doc = include_str!("../docs/guide/03-inputs.md")]
mod inputs {}

#[doc = include_str!("../docs/guide/04-bodies.md")]
mod bodies {}

#[doc = include_str!("../docs/guide/05-own-inputs.md")]
mod own_inputs {}

#[doc = include_str!("../docs/guide/06-replies.md")]
mod replies {}

#[doc = include_str!("../docs/guide/07-state.md")]
mod state {}

#[doc = include_str!("../docs/guide/08-errors.md")]
mod errors {}

#[doc = include_str!("../docs/guide/09-groups.md")]
mod groups {}

#[doc = include_str!("../docs/guide/10-testing.md")]
mod testing {}

#[doc = include_str!("../docs/guide/11-running.md")]
mod running {}

#[doc = include_str!("../docs/guide/12-connections.md")]
mod connections {}

#[doc = include_str!("../docs/guide/13-workers.md")]
mod workers {}

#[doc = include_str!("../docs/guide/14-edge.md")]
mod edge {}

#[doc = include_str!("../docs/guide/15-deploying.md")]
mod deploying {}

#[doc = include_str!("../docs/guide/16-static-files.md")]
mod static_files {}

#[doc = include_str!("../docs/guide/17-caching-replies.md")]
mod caching_replies {}

#[doc = include_str!("../docs/guide/18-calling-services.md")]
mod calling_services {}

#[doc = include_str!("../docs/guide/19-gateway.md")]
mod gateway {}

#[doc = include_str!("../docs/from-tornado.md")]
mod from_tornado {}

#[doc = include_str!("../docs/limits.md")]
mod limits {}

#[doc = include_str!("../docs/openapi.md")]
mod openapi {}
