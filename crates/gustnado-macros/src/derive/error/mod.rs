//! `#[derive(HttpError)]`: an enum or a struct to an error with a status and a text. It must not
//! know how errors are rendered.

mod check;
mod expand;
mod fallback;
mod format;
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
    let problem = parse::parse(item, &mut diag);
    check::check(&problem, &mut diag);
    if diag.is_empty() {
        return expand::expand(&problem);
    }
    let mut tokens = diag.into_tokens();
    tokens.extend(fallback::stubs(&problem));
    tokens
}
