//! The rules on who reads the body, which rustc checks: only it knows what a type does.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::{
    super::model::{Argument, Method},
    reply::mentions,
};
use crate::names::first_span;

/// The rules that are checked when a handler is compiled.
#[derive(Default)]
pub(super) struct Rules {
    /// For types that only the impl can name; checked when the handler is mounted.
    pub(super) inner: TokenStream,
    /// For all others; `cargo check` checks them.
    pub(super) outer: TokenStream,
}

impl Rules {
    /// At most one argument reads the body, and none where there is none.
    pub(super) fn add(&mut self, method: &Method, name: &str, generic: bool) {
        let is_typed = |argument: &&Argument| argument.input.is_typed();
        let typed: Vec<&Argument> = method.arguments.iter().filter(is_typed).collect();
        for (index, argument) in typed.iter().enumerate() {
            let earlier = &typed[..index];
            let panics = if matches!(name, "GET" | "HEAD") {
                no_body(method, name, argument)
            } else {
                earlier
                    .iter()
                    .map(|other| second_body(method, other, argument))
                    .collect()
            };
            if panics.is_empty() {
                continue;
            }
            let span = first_span(&argument.ty);
            let reads_body = argument.input.reads_body();
            let conditions = &method.conditions;
            let rule = quote_spanned!(span=> { if #reads_body { #panics } });
            let mut types = earlier.iter().chain([argument]);
            if generic || types.any(|argument| mentions(&argument.ty, "Self")) {
                self.inner
                    .extend(quote_spanned!(span=> #(#conditions)* const #rule;));
            } else {
                self.outer
                    .extend(quote_spanned!(span=> #(#conditions)* const _: () = #rule;));
            }
        }
    }
}

fn no_body(method: &Method, name: &str, argument: &Argument) -> TokenStream {
    let (ident, input) = (&method.ident, &argument.input);
    let message = format!(
        "`{ident}`: {name} has no body, but `{}` reads it",
        input.name
    );
    input.panic(&message)
}

fn second_body(method: &Method, first: &Argument, second: &Argument) -> TokenStream {
    let (ident, first, second) = (&method.ident, &first.input, &second.input);
    let reads_body = first.reads_body();
    let (one, other) = (first.shares_body(), second.shares_body());
    let panic = second.panic(&format!(
        "`{ident}`: the body can be read once, but `{}` and `{}` both read it",
        first.name, second.name
    ));
    quote_spanned!(first_span(&second.ty)=> if #reads_body && !(#one && #other) { #panic })
}
