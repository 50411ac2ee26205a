//! OpenAPI 3.1 for Gustnado: the document of an application, made of what its handlers say of
//! themselves, and a page that shows it. Nothing is declared a second time.
//!
//! Bodies and JSON replies have the schema of their type where it derives `JsonSchema` of the
//! `schemars` crate, which reads the attributes of serde; it is not demanded. What has none is
//! described as anything, and [`Document::warnings`] lists it.
//!
//! # Layout
//!
//! A file imports only from rungs below its own.
//!
//! - 0 `probe`: finds the schema of a type, if there is one; `names`: ids and paths
//! - 1 `schemas`: the schemas of a document, each once
//! - 2 `parameter`: values that are read from text
//! - 3 `operation`: one verb of one handler
//! - 4 `document`: the whole
//! - 5 `page`: shows it

mod document;
mod names;
mod operation;
mod page;
mod parameter;
#[doc(hidden)]
pub mod probe;
mod schemas;

pub use document::{Document, OpenApi};
pub use page::ApiDocs;
