//! What the derive knows of a handler once its tokens are read.

use proc_macro2::TokenStream;
use syn::{Attribute, Generics, Ident, LitStr, Visibility};

use crate::{input::Input, options::Options, template::Template};

/// A struct that derives `RequestHandler`.
pub(super) struct Handler {
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    /// What `#[route("…")]` says, if it can be read.
    pub(super) route: Option<Route>,
    pub(super) fields: Vec<Field>,
    /// Whether it is a struct that can be a handler; if not, that has been said.
    pub(super) has_shape: bool,
}

/// A route: the literal and what is in it.
pub(super) struct Route {
    pub(super) literal: LitStr,
    pub(super) template: Template,
    pub(super) options: Options,
}

/// A field.
pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) ty: TokenStream,
    pub(super) input: Input,
    /// The mark it has, as written.
    pub(super) mark: Option<Attribute>,
    /// Whether the route names it.
    pub(super) in_route: bool,
}

impl Handler {
    /// The field that the route calls `name`.
    pub(super) fn path_field(&self, name: &str) -> Option<&Field> {
        let mut fields = self.fields.iter();
        fields.find(|field| field.in_route && field.input.name == name)
    }
}
