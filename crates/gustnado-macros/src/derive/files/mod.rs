//! `#[derive(StaticFileHandler)]`: a type, its folder and its place to a handler of files. It must not
//! know what the type overrides; the two halves meet in traits.

mod check;
mod expand;
mod fallback;
mod model;
mod parse;

use proc_macro2::TokenStream;

use crate::diag::Diag;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut diag = Diag::default();
    let item = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let handler = parse::parse(item, &mut diag);
    check::check(&handler, &mut diag);
    if diag.is_empty() {
        return expand::expand(&handler);
    }
    let mut tokens = diag.into_tokens();
    tokens.extend(fallback::stubs(&handler));
    tokens
}
