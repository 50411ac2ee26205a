//! What a verb's signature says to documents about the application: the schemas of the types in it,
//! where they have one, what it replies, how it fails.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{GenericArgument, PathArguments, Type};

use super::{
    super::model::{Method, Reply},
    reply::mentions,
};
use crate::names::{first_span, openapi, qualified, runtime};

/// The step that has the entry of a verb describe itself.
pub(super) fn describe(method: &Method, prepare: Option<&Method>) -> TokenStream {
    let span = method.ident.span();
    let operation = Ident::new("__operation", span);
    let typed = method.arguments.iter().filter(|a| a.input.is_typed());
    let mut types: Vec<TokenStream> = Vec::new();
    typed.for_each(|argument| named(&argument.ty, &mut types));
    let reply = match &method.reply {
        Reply::Unit => reply(&quote_spanned!(span=> ()), &operation),
        Reply::Plain(ty) | Reply::Result { value: ty, .. } => {
            named(ty, &mut types);
            reply(ty, &operation)
        }
    };
    let failure = failure(&method.reply, &operation);
    let early = prepare.and_then(|prepare| self::failure(&prepare.reply, &operation));
    let schemas = schemas(&types, &operation, span);
    quote_spanned! {span=>
        .described(|#operation| {
            #schemas
            #reply
            #failure
            #early
        })
    }
}

/// Looks for the schema of each type. Which of the traits has the method depends on whether there is
/// one, so that a type without is no error.
fn schemas(types: &[TokenStream], operation: &Ident, span: Span) -> Option<TokenStream> {
    let [known, inside, unknown] = ["Known", "Inside", "Unknown"].map(|name| openapi(name, span));
    let probe = openapi("Probe", span);
    let probes = types
        .iter()
        .map(|ty| quote_spanned!(span=> (&#probe::<#ty>::new()).note_schema(#operation);));
    (!types.is_empty()).then(|| {
        quote_spanned! {span=>
            #[allow(unused_imports)]
            use {#known as _, #inside as _, #unknown as _};
            #(#probes)*
        }
    })
}

/// The type and those in its generics, each once; none where only the function can name them.
fn named(ty: &TokenStream, types: &mut Vec<TokenStream>) {
    if ["impl", "dyn"].iter().any(|word| mentions(ty, word)) {
        return;
    }
    if let Ok(ty) = syn::parse2::<Type>(ty.clone()) {
        collect(&ty, types);
    }
}

fn collect(ty: &Type, types: &mut Vec<TokenStream>) {
    if let Type::Group(group) = ty {
        // What `macro_rules` handed on.
        return collect(&group.elem, types);
    }
    let tokens = ty.to_token_stream();
    if types
        .iter()
        .any(|other| other.to_string() == tokens.to_string())
    {
        return;
    }
    types.push(tokens);
    match ty {
        Type::Path(path) => {
            for segment in &path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                    continue;
                };
                for argument in &arguments.args {
                    if let GenericArgument::Type(ty) = argument {
                        collect(ty, types);
                    }
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| collect(ty, types)),
        _ => {}
    }
}

fn reply(ty: &TokenStream, operation: &Ident) -> TokenStream {
    let span = operation.span();
    if mentions(ty, "impl") {
        return quote_spanned!(span=> #operation.any_reply(););
    }
    let call = qualified(ty, "IntoResponse");
    let call = quote_spanned!(first_span(ty)=> #call::describe);
    quote_spanned!(span=> #call(#operation);)
}

fn failure(reply: &Reply, operation: &Ident) -> Option<TokenStream> {
    let Reply::Result { ty, error, .. } = reply else {
        return None;
    };
    let span = operation.span();
    if mentions(ty, "impl") {
        return Some(quote_spanned!(span=> #operation.any_failure();));
    }
    let error = match error {
        Some(error) => error.clone(),
        None => {
            let fallible = runtime("Fallible", first_span(ty));
            quote_spanned!(first_span(ty)=> <#ty as #fallible>::Error)
        }
    };
    let call = qualified(&error, "IntoError");
    let call = quote_spanned!(first_span(&error)=> #call::describe);
    Some(quote_spanned!(span=> #call(#operation);))
}
