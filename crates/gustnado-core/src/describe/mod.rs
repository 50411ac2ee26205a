//! What an application says of itself: its operations, each with what it takes and answers, as
//! plain data. It must not know who asks, nor the format it is told in.
//!
//! [`App::describe`](crate::App::describe) collects it. Framework types say what they are; a type of
//! one's own says it by `kind` of [`FromParam`](crate::FromParam), `describe` of
//! [`FromRequest`](crate::FromRequest) and [`IntoResponse`](crate::IntoResponse).
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `kind`: what a piece of text is read as.
//! - `content`: what a body is made of.
//! - `operation`: one verb of one handler.

mod content;
mod kind;
mod operation;

pub use content::{Content, FORMS, Shape};
pub use kind::{Base, Count, Number, TextKind};
pub use operation::{Failure, Operation, Parameter, Place, Reply, Requirement, Security, Status};

/// What an application says of itself.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Api {
    /// What it is called.
    pub title: String,
    /// Which version of it this is.
    pub version: String,
    /// More of it, in Markdown. May be empty.
    pub description: String,
    /// The verbs of its handlers, in the order in which the handlers were added. Mounts and
    /// fallbacks are not among them.
    pub operations: Vec<Operation>,
}
