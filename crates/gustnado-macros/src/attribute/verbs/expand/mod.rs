//! The model of an impl block to the handler's table of verbs and its hooks.

mod bodies;
mod describe;
mod hooks;
mod reply;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericParam, Generics};

use super::model::{Block, Hook, Method, Receiver, Role};
use crate::{
    input::chain,
    names::{DESCRIBES, first_span, runtime},
};

pub(super) fn expand(block: &Block) -> TokenStream {
    let span = first_span(&block.ty);
    let [trait_name, verb] = ["Verbs", "Verb"].map(|name| runtime(name, span));
    let (generics, ty) = owned(block);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let generic = !generics.params.is_empty();
    let mut entries = Vec::new();
    let mut rules = bodies::Rules::default();
    for method in &block.methods {
        if let Some(Role::Verb(name)) = &method.role {
            entries.push(entry(method, name, block));
            rules.add(method, name, generic);
        }
    }
    let hooks = hooks::hooks(block);
    let bodies::Rules { inner, outer } = rules;
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #impl_generics #trait_name for #ty #where_clause {
            const VERBS: &'static [#verb] = {
                #inner
                &[#(#entries),*]
            };
            #hooks
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
fn entry(method: &Method, name: &str, block: &Block) -> TokenStream {
    let span = method.ident.span();
    let finishes = block.hook(Hook::OnFinish).is_some();
    let run = if finishes { "run_to_finish" } else { "run" };
    let [verb, run] = ["Verb", run].map(|name| runtime(name, span));
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
        // What finishes is borrowed already.
        _ if finishes => (quote!(__this), quote!(__this)),
        Some(Receiver::Ref) => (quote!(__this), quote!(&__this)),
        Some(Receiver::Mut) => (quote!(mut __this), quote!(&mut __this)),
        Some(Receiver::Value) | None => (quote!(__this), quote!(__this)),
    };
    let (this, receiver) = (at(this, span), at(receiver, span));
    let answer = reply::answer(&method.reply, span);
    let mut future = quote_spanned! {span=>
        async move {
            let __reply = Self::#ident(#receiver #(, #names)*).await;
            #answer
        }
    };
    let mut generics = quote_spanned!(span=> Self, _, _, _);
    if finishes {
        future = quote_spanned!(span=> ::std::boxed::Box::pin(#future));
        generics = quote_spanned!(span=> Self, _, _);
    }
    let call = quote_spanned! {span=>
        |__cx| #run::<#generics>(__cx, #slots, |#this, #values| #future)
    };
    let options = method.options.value(span);
    let options = options.map(|options| quote_spanned!(span=> .with(#options)));
    let described = DESCRIBES.then(|| describe::describe(method, block.hook(Hook::Prepare)));
    let entry = quote_spanned!(span=> #verb::new(#name, #doc, #call) #options #described);
    quote!(#(#conditions)* #entry)
}

fn at(tokens: TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}
