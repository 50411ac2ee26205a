//! The conversion of what a verb returns, each part of it at the type that must have the trait.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

use super::super::model::Reply;
use crate::names::{first_span, qualified};

/// The conversion of a reply, each part of it at the type that must have the trait.
pub(super) fn answer(reply: &Reply, span: Span) -> TokenStream {
    match reply {
        Reply::Unit => {
            let call = qualified(&quote_spanned!(span=> ()), "IntoResponse");
            quote_spanned!(span=> #call::into_response(__reply))
        }
        Reply::Plain(ty) => into_response(ty, span),
        Reply::Result { ty, value, error } => {
            let value = into_response(value, span);
            let error = into_error(ty, error.as_ref(), span);
            quote_spanned! {span=>
                match __reply {
                    ::core::result::Result::Ok(__reply) => #value,
                    ::core::result::Result::Err(__error) => ::core::result::Result::Err(#error),
                }
            }
        }
    }
}

fn into_response(ty: &TokenStream, span: Span) -> TokenStream {
    let call = qualified(&nameable(ty), "IntoResponse");
    let reply = Ident::new("__reply", span);
    let span = first_span(ty);
    quote_spanned!(span=> #call::into_response(#reply))
}

/// The conversion of the error of `result`, whose type may stand behind an alias.
pub(super) fn into_error(
    result: &TokenStream,
    error: Option<&TokenStream>,
    span: Span,
) -> TokenStream {
    let hidden = quote_spanned!(first_span(result)=> _);
    let ty = error.unwrap_or(&hidden);
    let call = qualified(&nameable(ty), "IntoError");
    let error = Ident::new("__error", span);
    let span = first_span(ty);
    quote_spanned!(span=> #call::into_error(#error))
}

/// The type, or `_` where it is one that only its function can name.
fn nameable(ty: &TokenStream) -> TokenStream {
    if mentions(ty, "impl") {
        let span = first_span(ty);
        return quote_spanned!(span=> _);
    }
    ty.clone()
}

pub(super) fn mentions(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(&group.stream(), word),
        _ => false,
    })
}
