//! What the derive knows of an error type once its tokens are read.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Generics, LitStr};

/// A type that derives `HttpError`.
pub(super) struct Problem {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) cases: Vec<Case>,
    /// Whether it is a type that can be an error; if not, that has been said.
    pub(super) has_shape: bool,
}

/// A variant, or the whole of a struct.
pub(super) struct Case {
    pub(super) ident: Ident,
    /// `Self::NoUser` or `Self`.
    pub(super) path: TokenStream,
    /// What `#[problem(…)]` says, if it can be read.
    pub(super) status: Option<u16>,
    pub(super) text: Option<Text>,
    /// The `type` of its problem documents.
    pub(super) uri: Option<LitStr>,
    pub(super) fields: Vec<Field>,
}

/// A text that names fields.
pub(super) struct Text {
    pub(super) literal: LitStr,
    /// The text with every field as the name it is bound to.
    pub(super) rewritten: String,
    /// The fields it names, as written.
    pub(super) names: Vec<String>,
    /// What is wrong with it, where it cannot be read.
    pub(super) error: Option<&'static str>,
}

/// A field.
pub(super) struct Field {
    /// `name` or `0`: what the text calls it.
    pub(super) name: String,
    /// The tokens that name it in a pattern.
    pub(super) member: TokenStream,
    pub(super) ty: TokenStream,
    /// `#[from]`, as written.
    pub(super) from: Option<Attribute>,
    /// `#[source]`, as written.
    pub(super) source: Option<Attribute>,
}

impl Case {
    /// The field that caused the error.
    pub(super) fn cause(&self) -> Option<&Field> {
        let is_cause = |field: &&Field| field.from.is_some() || field.source.is_some();
        self.fields.iter().find(is_cause)
    }
}
