//! The rules of fields that are inputs, wherever they stand.

use syn::GenericParam;

use super::Fields;
use crate::{diag::Diag, input::borrowed};

pub(in crate::derive) fn check(fields: &Fields, diag: &mut Diag) {
    let mut has_lifetimes = false;
    for parameter in &fields.generics.params {
        if let GenericParam::Lifetime(lifetime) = parameter {
            has_lifetimes = true;
            let message = format!(
                "a {} owns its inputs: remove `{}`, and hold `String` or `Arc<…>`",
                fields.noun, lifetime.lifetime
            );
            diag.at(&lifetime.lifetime, message);
        }
    }
    // With a lifetime, the parameter is the mistake and the field its consequence.
    let borrowing = fields.list.iter().filter(|_| !has_lifetimes);
    for field in borrowing {
        if let Some(message) = borrowed(&field.ty) {
            diag.at(&field.ty, message);
        }
    }
}
