//! The model of a handler to its impls.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::model::{Field, Handler, Route};
use crate::{
    input::chain,
    names::{first_span, runtime},
    template::Piece,
};

pub(super) fn expand(handler: &Handler) -> TokenStream {
    let Some(route) = &handler.route else {
        return TokenStream::new();
    };
    let (inputs, request_handler) = (inputs(handler), request_handler(handler, route));
    let url = url(handler, route);
    quote!(#inputs #request_handler #url)
}

fn inputs(handler: &Handler) -> TokenStream {
    let ident = &handler.ident;
    let span = ident.span();
    let (impl_generics, ty_generics, where_clause) = handler.generics.split_for_impl();
    let (inputs, slots) = (runtime("Inputs", span), runtime("Slots", span));
    let fields = &handler.fields;
    let types = chain(fields.iter().map(|field| field.input.slot_type()));
    let places = chain(fields.iter().map(|field| field.input.slot()));
    let names: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let values = chain(names.iter().map(|name| quote!(#name)));
    // A const of its own is checked by `cargo check`; a generic one needs the types first.
    let generic = !handler.generics.params.is_empty();
    let checks: TokenStream = fields
        .iter()
        .filter_map(|f| body_check(f, generic))
        .collect();
    let (inner, outer) = if generic {
        (checks, TokenStream::new())
    } else {
        (TokenStream::new(), checks)
    };
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #impl_generics #inputs for #ident #ty_generics #where_clause {
            type Slots = #types;
            fn slots() -> Self::Slots {
                #inner
                #places
            }
            fn make(#values: <Self::Slots as #slots>::Values) -> Self {
                Self { #(#names),* }
            }
        }
        #outer
    }
}

/// The compile-time refusal of a field that reads the body: it would be read before `prepare`, and
/// for GET too.
fn body_check(field: &Field, generic: bool) -> Option<TokenStream> {
    if !field.input.is_typed() {
        return None;
    }
    let span = first_span(&field.ty);
    let name = &field.input.name;
    let reads_body = field.input.reads_body();
    let panic = field.input.panic(&format!(
        "`{name}` reads the body: make it an argument of the verb that needs it"
    ));
    let check = quote_spanned!(span=> { if #reads_body { #panic } });
    Some(if generic {
        quote_spanned!(span=> const #check;)
    } else {
        quote_spanned!(span=> const _: () = #check;)
    })
}

fn request_handler(handler: &Handler, route: &Route) -> TokenStream {
    let ident = &handler.ident;
    let span = ident.span();
    // The verbs of a generic handler may ask more of its types than the struct does.
    let mut generics = handler.generics.clone();
    if !generics.params.is_empty() {
        let verbs = runtime("Verbs", span);
        let where_clause = generics.make_where_clause();
        where_clause
            .predicates
            .push(syn::parse_quote!(Self: #verbs));
    }
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (name, literal) = (ident.to_string(), &route.literal);
    let (this, location) = (runtime("RequestHandler", span), runtime("Location", span));
    let at = quote_spanned!(span=> #location::caller());
    let options = route.options.value(span).map(|value| {
        let options = runtime("Options", span);
        quote!(const OPTIONS: #options = #value;)
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #this for #ident #ty_generics #where_clause {
            const NAME: &'static str =
                ::core::concat!(::core::module_path!(), "::", #name);
            const TEMPLATE: &'static str = #literal;
            const AT: &'static #location<'static> = #at;
            #options
        }
    }
}

/// The function that makes a link, one parameter a name in the route.
fn url(handler: &Handler, route: &Route) -> TokenStream {
    let (ident, vis) = (&handler.ident, &handler.vis);
    let (impl_generics, ty_generics, where_clause) = handler.generics.split_for_impl();
    let mut parameters = Vec::new();
    let mut steps = Vec::new();
    let url = quote::format_ident!("url", span = proc_macro2::Span::mixed_site());
    for piece in &route.template.pieces {
        let (name, write) = match piece {
            Piece::Text(text) => {
                steps.push(quote!(#url.push_str(#text);));
                continue;
            }
            Piece::Value(name) => (name, quote!(write)),
            Piece::Rest(name) => (name, quote!(write_rest)),
        };
        let Some(field) = handler.path_field(name) else {
            continue;
        };
        let (field, ty) = (&field.ident, &field.ty);
        let path_value = runtime("PathValue", field.span());
        parameters.push(quote!(#field: impl #path_value<#ty>));
        steps.push(quote!(#path_value::<#ty>::#write(&#field, &mut #url);));
    }
    let doc = format!(
        "The path of [`{ident}`], `{}`, with these values in it, percent-encoded.",
        route.literal.value()
    );
    quote! {
        impl #impl_generics #ident #ty_generics #where_clause {
            #[doc = #doc]
            #[allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic)]
            #[must_use]
            #vis fn url(#(#parameters),*) -> ::std::string::String {
                let mut #url = ::std::string::String::new();
                #(#steps)*
                #url
            }
        }
    }
}
