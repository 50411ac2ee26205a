//! The rules of a handler that only its whole can break.

use syn::ext::IdentExt;

use super::model::Handler;
use crate::{
    attr::Source,
    derive::fields::{self, Field},
    diag::{Diag, did_you_mean},
};

pub(super) fn check(handler: &Handler, diag: &mut Diag) {
    names(handler, diag);
    fields::check(&handler.fields, diag);
    for field in &handler.fields.list {
        let Some((source, mark)) = &field.mark else {
            continue;
        };
        let name = &field.input.name;
        match (source, field.in_route) {
            (Source::Path, false) if handler.route.is_some() => {
                let message = format!("`{name}` is no path value: the route has no `{{{name}}}`");
                diag.at(mark, message);
            }
            (Source::Path, _) | (_, false) => {}
            (_, true) => {
                let message =
                    format!("`{name}` has two sources: the route has `{{{name}}}`, and this");
                diag.at(mark, message);
            }
        }
    }
}

/// Every name in the route has a field.
fn names(handler: &Handler, diag: &mut Diag) {
    let Some(route) = handler.route.as_ref().filter(|_| handler.fields.has_shape) else {
        return;
    };
    let is_free = |field: &&Field| !field.in_route && field.mark.is_none();
    let free: Vec<String> = handler
        .fields
        .list
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
