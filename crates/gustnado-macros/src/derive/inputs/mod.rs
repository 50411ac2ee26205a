//! `#[derive(Inputs)]`: a struct to a group of inputs that stands in handlers as one. It must not
//! know handlers.

mod check;
mod expand;
mod fallback;

use proc_macro2::TokenStream;

use super::fields;
use crate::diag::Diag;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut diag = Diag::default();
    let item = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let group = fields::parse("group", &item, |_| false, &mut diag);
    check::check(&group, &mut diag);
    if diag.is_empty() {
        return expand::expand(&group);
    }
    let mut tokens = diag.into_tokens();
    tokens.extend(fallback::stubs(&group));
    tokens
}
