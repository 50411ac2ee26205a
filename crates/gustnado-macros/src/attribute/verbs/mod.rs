//! `#[verbs]`: the async methods of one inherent impl to a handler's table of verbs. It must not
//! know the struct or its route; the two halves meet in traits.

mod check;
mod cut;
mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;

use crate::diag::Diag;

pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diag::default();
    if !options.is_empty() {
        diag.at(options, "`#[verbs]` has no options");
    }
    let (mut tokens, block) = parse::parse(item, &mut diag);
    if let Some(mut block) = block {
        check::check(&mut block, &mut diag);
        tokens.extend(expand::expand(&block));
    }
    tokens.extend(diag.into_tokens());
    tokens
}
