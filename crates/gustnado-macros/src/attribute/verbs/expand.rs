//! The model of an impl block to the handler's table of verbs.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericParam, Generics};

use super::model::{Argument, Block, Method, Receiver, Reply, Role};
use crate::{
    input::chain,
    names::{first_span, qualified, runtime},
};

pub(super) fn expand(block: &Block) -> TokenStream {
    let span = first_span(&block.ty);
    let [trait_name, verb] = ["Verbs", "Verb"].map(|name| runtime(name, span));
    let (generics, ty) = owned(block);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let generic = !generics.params.is_empty();
    let mut entries = Vec::new();
    let mut rules = Rules::default();
    let mut prepare = TokenStream::new();
    for method in &block.methods {
        match &method.role {
            Some(Role::Verb(name)) => {
                entries.push(entry(method, name));
                rules.bodies(method, name, generic);
            }
            Some(Role::Prepare) => prepare.extend(self::prepare(method)),
            None => {}
        }
    }
    let Rules { inner, outer } = rules;
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #impl_generics #trait_name for #ty #where_clause {
            const VERBS: &'static [#verb] = {
                #inner
                &[#(#entries),*]
            };
            #prepare
        }
        #outer
    }
}

/// The generics and the self type without lifetimes. The derive refuses them; here they only must
/// not add to what it says.
fn owned(block: &Block) -> (Generics, TokenStream) {
    let mut generics = block.generics.clone();
    let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    if generics.params.iter().any(is_lifetime) {
        generics.where_clause = None;
        let params = generics.params.into_iter();
        generics.params = params.filter(|parameter| !is_lifetime(parameter)).collect();
    }
    let mut after_tick = false;
    let ty = block.ty.clone().into_iter().map(|token| {
        let was_tick = std::mem::replace(
            &mut after_tick,
            matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\''),
        );
        match token {
            TokenTree::Ident(name) if was_tick => Ident::new("static", name.span()).into(),
            token => token,
        }
    });
    (generics, ty.collect())
}

/// A line of the table: everything of it stands at the method's name, so that a future that cannot
/// be sent is reported there.
fn entry(method: &Method, name: &str) -> TokenStream {
    let span = method.ident.span();
    let [verb, run] = ["Verb", "run"].map(|name| runtime(name, span));
    let (conditions, doc, ident) = (&method.conditions, &method.doc, &method.ident);
    let slots = chain(
        method
            .arguments
            .iter()
            .map(|argument| argument.input.slot()),
    );
    let names: Vec<Ident> = (0..method.arguments.len())
        .map(|index| format_ident!("__argument{index}", span = span))
        .collect();
    let values = chain(names.iter().map(|name| quote!(#name)));
    let (this, receiver) = match method.receiver {
        Some(Receiver::Ref) => (quote!(__this), quote!(&__this)),
        Some(Receiver::Mut) => (quote!(mut __this), quote!(&mut __this)),
        Some(Receiver::Value) | None => (quote!(__this), quote!(__this)),
    };
    let (this, receiver) = (at(this, span), at(receiver, span));
    let answer = answer(&method.reply, span);
    let call = quote_spanned! {span=>
        |__cx| #run::<Self, _, _, _>(
            __cx,
            #slots,
            |#this, #values| async move {
                let __reply = Self::#ident(#receiver #(, #names)*).await;
                #answer
            },
        )
    };
    let entry = quote_spanned!(span=> #verb::new(#name, #doc, #call));
    quote!(#(#conditions)* #entry)
}

fn at(tokens: TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}

/// The conversion of a reply, each part of it at the type that must have the trait.
fn answer(reply: &Reply, span: Span) -> TokenStream {
    match reply {
        Reply::Unit => {
            let call = qualified(&quote_spanned!(span=> ()), "IntoResponse");
            quote_spanned!(span=> #call::into_response(__reply))
        }
        Reply::Plain(ty) => into_response(ty, span),
        Reply::Result { ty, value, error } => {
            let value = into_response(value, span);
            let error = error.clone().unwrap_or_else(|| {
                let span = first_span(ty);
                quote_spanned!(span=> _)
            });
            let error = into_error(&error, span);
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

fn into_error(ty: &TokenStream, span: Span) -> TokenStream {
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

fn mentions(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(&group.stream(), word),
        _ => false,
    })
}

/// The rules that are checked when a handler is compiled.
#[derive(Default)]
struct Rules {
    /// For types that only the impl can name; checked when the handler is mounted.
    inner: TokenStream,
    /// For all others; `cargo check` checks them.
    outer: TokenStream,
}

impl Rules {
    /// At most one argument reads the body, or several that are fields of one form; and none where
    /// there is none.
    fn bodies(&mut self, method: &Method, name: &str, generic: bool) {
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
    if first.input.is_form() && second.input.is_form() {
        return TokenStream::new();
    }
    let (ident, a, b) = (&method.ident, &first.input.name, &second.input.name);
    let panic = second.input.panic(&format!(
        "`{ident}`: the body can be read once, but `{a}` and `{b}` both read it"
    ));
    if_read(first, &panic)
}

fn prepare(method: &Method) -> TokenStream {
    let span = method.ident.span();
    let conditions = &method.conditions;
    let error = runtime("Error", span);
    let call = quote_spanned!(span=> Self::prepare(self).await);
    let body = match &method.reply {
        Reply::Result { ty, error, .. } => {
            let error = error.clone().unwrap_or_else(|| {
                let span = first_span(ty);
                quote_spanned!(span=> _)
            });
            let error = into_error(&error, span);
            quote_spanned!(span=> #call.map_err(|__error| #error))
        }
        Reply::Unit | Reply::Plain(_) => quote_spanned! {span=>
            #call;
            ::core::result::Result::Ok(())
        },
    };
    quote_spanned! {span=>
        #(#conditions)*
        async fn prepare(&mut self) -> ::core::result::Result<(), #error> { #body }
    }
}
