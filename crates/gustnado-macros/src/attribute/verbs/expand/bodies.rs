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
    /// At most one argument reads the body, or several that are fields of one form; and none where
    /// there is none.
    pub(super) fn add(&mut self, method: &Method, name: &str, generic: bool) {
        let may_read = |argument: &&Argument| argument.input.is_typed() || argument.input.is_form();
        let readers: Vec<&Argument> = method.arguments.iter().filter(may_read).collect();
        for (index, argument) in readers.iter().enumerate() {
            let earlier = &readers[..index];
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
            let conditions = &method.conditions;
            let panics = if_read(argument, &panics);
            let rule = quote_spanned!(span=> { #panics });
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

/// What follows from an argument's reading the body, which a form does and a type may.
fn if_read(argument: &Argument, then: &TokenStream) -> TokenStream {
    if argument.input.is_form() {
        return then.clone();
    }
    let reads_body = argument.input.reads_body();
    quote_spanned!(first_span(&argument.ty)=> if #reads_body { #then })
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
    let panic = second.panic(&format!(
        "`{ident}`: the body can be read once, but `{}` and `{}` both read it",
        first.name, second.name
    ));
    let span = first_span(&second.ty);
    // Two fields of one form, or groups that have such fields.
    let shared = match (first.is_form(), second.is_form()) {
        (true, true) => return TokenStream::new(),
        (true, false) => second.shares_body(),
        (false, true) => first.shares_body(),
        (false, false) => {
            let (one, other) = (first.shares_body(), second.shares_body());
            quote_spanned!(span=> (#one && #other))
        }
    };
    if first.is_form() {
        return quote_spanned!(span=> if !#shared { #panic });
    }
    let reads_body = first.reads_body();
    quote_spanned!(span=> if #reads_body && !#shared { #panic })
}
