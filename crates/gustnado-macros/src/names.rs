//! The runtime, as text: the only file that knows where the names that macro output uses live.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

/// `::gustnado::__private::NAME`, every token of it at `span`, so that an error about it points
/// there and two equal errors become one.
pub(crate) fn runtime(name: &str, span: Span) -> TokenStream {
    let name = Ident::new(name, span);
    quote_spanned!(span=> ::gustnado::__private::#name)
}

/// Whether what is written also says what it is, for documents about the application.
pub(crate) const DESCRIBES: bool = cfg!(feature = "openapi");

/// `::gustnado::__openapi::NAME`, which is there when [`DESCRIBES`] is.
pub(crate) fn openapi(name: &str, span: Span) -> TokenStream {
    let name = Ident::new(name, span);
    quote_spanned!(span=> ::gustnado::__openapi::#name)
}

/// `::gustnado::__files::NAME`, which is there when files are served.
pub(crate) fn files_runtime(name: &str, span: Span) -> TokenStream {
    let name = Ident::new(name, span);
    quote_spanned!(span=> ::gustnado::__files::#name)
}

/// `<TYPE as ::gustnado::__private::TRAIT>`, at the first token of the type.
///
/// A bound that is asked for this way is reported at the type, without a word about the function
/// that asks.
pub(crate) fn qualified(ty: &TokenStream, name: &str) -> TokenStream {
    let span = first_span(ty);
    let name = runtime(name, span);
    quote_spanned!(span=> <#ty as #name>)
}

/// Where these tokens begin.
pub(crate) fn first_span(tokens: &TokenStream) -> Span {
    let first = tokens.clone().into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}

/// Where these tokens end.
pub(crate) fn last_span(tokens: &TokenStream) -> Span {
    let last = tokens.clone().into_iter().last();
    last.map_or_else(Span::call_site, |token| token.span())
}
