//! The model of an impl block to the handler's table of verbs.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericParam, Generics};

use super::model::{Argument, Block, Method, Receiver, Reply, Role};
use crate::{
    input::chain,
    names::{first_span, qualified, runtime},
};

const STANDARD: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

pub(super) fn expand(block: &Block) -> TokenStream {
    let span = first_span(&block.ty);
    let [trait_name, verb] = ["Verbs", "Verb"].map(|name| runtime(name, span));
    let (generics, ty) = owned(block);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let generic = !generics.params.is_empty();
    let mut entries = Vec::new();
    let mut checks = TokenStream::new();
    let mut prepare = TokenStream::new();
    for method in &block.methods {
        match &method.role {
            Some(Role::Verb(name)) => {
                entries.push(entry(method, name));
                checks.extend(body_rule(method, name, generic));
            }
            Some(Role::Prepare) => prepare.extend(self::prepare(method)),
            None => {}
        }
    }
    let (inner, outer) = if generic {
        (checks, TokenStream::new())
    } else {
        (TokenStream::new(), checks)
    };
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
        |__cx| ::std::boxed::Box::pin(#run::<Self, _, _, _>(
            __cx,
            #slots,
            |#this, #values| async move {
                let __reply = Self::#ident(#receiver #(, #names)*).await;
                #answer
            },
        ))
    };
    let entry = if STANDARD.contains(&name) {
        let method = runtime("Method", span);
        let name = Ident::new(name, span);
        quote_spanned!(span=> #verb::new(#method::#name, #doc, #call))
    } else {
        quote_spanned!(span=> #verb::custom(#name, #doc, #call))
    };
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

/// The compile-time rule of bodies: at most one argument reads it, and none where there is none.
fn body_rule(method: &Method, name: &str, generic: bool) -> TokenStream {
    let typed = |argument: &&Argument| argument.input.is_typed();
    let typed: Vec<&Argument> = method.arguments.iter().filter(typed).collect();
    let mut rules = TokenStream::new();
    for (index, argument) in typed.iter().enumerate() {
        let earlier = &typed[..index];
        let broken = if matches!(name, "GET" | "HEAD") {
            vec![(
                quote!(true),
                format!("{name} has no body, but `{}` reads it", argument.input.name),
            )]
        } else {
            let clash = |other: &&Argument| {
                let (first, second) = (&other.input.name, &argument.input.name);
                let message =
                    format!("the body can be read once, but `{first}` and `{second}` both read it");
                (other.input.reads_body(), message)
            };
            earlier.iter().map(clash).collect()
        };
        if broken.is_empty() {
            continue;
        }
        let span = first_span(&argument.ty);
        let reads_body = argument.input.reads_body();
        let broken = broken.into_iter().map(|(condition, message)| {
            let panic = argument
                .input
                .panic(&format!("`{}`: {message}", method.ident));
            quote_spanned!(span=> if #condition { #panic })
        });
        let rule = quote_spanned!(span=> { if #reads_body { #(#broken)* } });
        let conditions = &method.conditions;
        // A const of its own is checked by `cargo check`, but it has no `Self` and no generics.
        rules.extend(if generic {
            quote_spanned!(span=> #(#conditions)* const #rule;)
        } else {
            quote_spanned!(span=> #(#conditions)* const _: () = #rule;)
        });
    }
    rules
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
