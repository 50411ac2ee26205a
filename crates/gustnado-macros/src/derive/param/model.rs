//! What the derive knows of a type once its tokens are read.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Generics, LitStr};

/// A type that derives `FromParam`.
pub(super) struct Value {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) shape: Shape,
}

/// What it is made of.
pub(super) enum Shape {
    /// An enum, each variant a word.
    Words(Vec<Word>),
    /// A struct around a value of this type.
    Around(TokenStream),
    /// Neither, which has been said.
    Other,
}

/// A variant.
pub(super) struct Word {
    pub(super) variant: Ident,
    /// What `#[param(name = "…")]` says.
    pub(super) name: Option<LitStr>,
    /// The text it is read from.
    pub(super) text: String,
}

impl Word {
    /// The tokens to blame for its text.
    pub(super) fn named_by(&self) -> &dyn ToTokens {
        match &self.name {
            Some(name) => name,
            None => &self.variant,
        }
    }
}
