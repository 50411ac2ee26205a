//! A struct whose fields are inputs, a handler or a group: what both derives have in common. It
//! must not know which of the two it is, but for the word.

mod check;
mod expand;
mod fallback;
mod parse;

use proc_macro2::TokenStream;
use syn::{Attribute, Generics, Ident};

use crate::{attr::Source, input::Input};

pub(super) use check::check;
pub(super) use expand::expand;
pub(super) use fallback::{Owned, stubs};
pub(super) use parse::parse;

/// A struct and its fields.
pub(super) struct Fields {
    /// What it is: `handler` or `group`.
    pub(super) noun: &'static str,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) list: Vec<Field>,
    /// Whether it is a struct that can be one; if not, that has been said.
    pub(super) has_shape: bool,
}

/// A field.
pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) ty: TokenStream,
    pub(super) input: Input,
    /// The mark it has, as written.
    pub(super) mark: Option<(Source, Attribute)>,
    /// Whether the route names it.
    pub(super) in_route: bool,
}
