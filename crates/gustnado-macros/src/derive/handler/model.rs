//! What the derive knows of a handler once its tokens are read.

use syn::{LitStr, Visibility};

use crate::{
    derive::fields::{Field, Fields},
    options::Options,
    template::Template,
};

/// A struct that derives `RequestHandler`.
pub(super) struct Handler {
    pub(super) vis: Visibility,
    /// Its doc comment, where that is told.
    pub(super) doc: Option<String>,
    /// What `#[route("…")]` says, if it can be read.
    pub(super) route: Option<Route>,
    pub(super) fields: Fields,
}

/// A route: the literal and what is in it.
pub(super) struct Route {
    pub(super) literal: LitStr,
    pub(super) template: Template,
    pub(super) options: Options,
}

impl Handler {
    /// The field that the route calls `name`.
    pub(super) fn path_field(&self, name: &str) -> Option<&Field> {
        let mut fields = self.fields.list.iter();
        fields.find(|field| field.in_route && field.input.name == name)
    }
}
