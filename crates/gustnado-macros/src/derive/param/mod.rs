//! `#[derive(FromParam)]`: an enum of words, or a struct around one value, to a value that is read
//! from text. It must not know where the text comes from.

mod check;
mod expand;
mod fallback;
mod model;
mod parse;
mod word;

use proc_macro2::TokenStream;

use crate::diag::Diag;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut diag = Diag::default();
    let item = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let value = parse::parse(item, &mut diag);
    check::check(&value, &mut diag);
    if diag.is_empty() {
        return expand::expand(&value);
    }
    let mut tokens = diag.into_tokens();
    tokens.extend(fallback::stubs(&value));
    tokens
}
