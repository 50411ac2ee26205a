//! The rules of a handler that only its whole can break.

use syn::{GenericParam, ext::IdentExt};

use super::model::{Field, Handler};
use crate::{
    diag::{Diag, did_you_mean},
    input::borrowed,
};

pub(super) fn check(handler: &Handler, diag: &mut Diag) {
    for parameter in &handler.generics.params {
        if let GenericParam::Lifetime(lifetime) = parameter {
            let message = format!(
                "a handler owns its inputs: remove `{}`, and hold `String` or `Arc<…>`",
                lifetime.lifetime
            );
            diag.at(&lifetime.lifetime, message);
        }
    }
    names(handler, diag);
    let has_lifetimes = handler.generics.lifetimes().next().is_some();
    for field in &handler.fields {
        // With a lifetime, the parameter is the mistake and the field its consequence.
        if !has_lifetimes && let Some(message) = borrowed(&field.ty) {
            diag.at(&field.ty, message);
        }
        if field.input.is_form()
            && let Some(mark) = &field.mark
        {
            let message = "a form is a body: make it an argument of the verb that needs it";
            diag.at(mark, message);
        }
        if field.in_route
            && let Some(mark) = &field.mark
        {
            let name = &field.input.name;
            let message = format!("`{name}` has two sources: the route has `{{{name}}}`, and this");
            diag.at(mark, message);
        }
    }
}

/// Every name in the route has a field.
fn names(handler: &Handler, diag: &mut Diag) {
    let Some(route) = handler.route.as_ref().filter(|_| handler.has_shape) else {
        return;
    };
    let is_free = |field: &&Field| !field.in_route && field.mark.is_none();
    let free: Vec<String> = handler
        .fields
        .iter()
        .filter(is_free)
        .map(|field| field.ident.unraw().to_string())
        .collect();
    let free: Vec<&str> = free.iter().map(String::as_str).collect();
    for name in route.template.names() {
        if handler.path_field(name).is_none() {
            let hint = did_you_mean(name, &free);
            let message =
                format!("the path has `{{{name}}}` but the struct has no field `{name}`{hint}");
            diag.at(&route.literal, message);
        }
    }
}
