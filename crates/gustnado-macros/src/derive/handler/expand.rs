//! The model of a handler to its impls.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::model::{Handler, Route};
use crate::{derive::fields, names::runtime, template::Piece};

pub(super) fn expand(handler: &Handler) -> TokenStream {
    let Some(route) = &handler.route else {
        return TokenStream::new();
    };
    // A body would be read before `prepare`, and for GET too: its inputs are arguments.
    let inputs = fields::expand(&handler.fields, false);
    let request_handler = request_handler(handler, route);
    let url = url(handler, route);
    quote!(#inputs #request_handler #url)
}

fn request_handler(handler: &Handler, route: &Route) -> TokenStream {
    let ident = &handler.fields.ident;
    let span = ident.span();
    // The verbs of a generic handler may ask more of its types than the struct does.
    let mut generics = handler.fields.generics.clone();
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
    let doc = handler.doc.as_ref().filter(|doc| !doc.is_empty());
    let doc = doc.map(|doc| quote!(const DOC: &'static str = #doc;));
    quote! {
        #[automatically_derived]
        impl #impl_generics #this for #ident #ty_generics #where_clause {
            const NAME: &'static str =
                ::core::concat!(::core::module_path!(), "::", #name);
            const TEMPLATE: &'static str = #literal;
            const AT: &'static #location<'static> = #at;
            #doc
            #options
        }
    }
}

/// The function that makes a link, one parameter a name in the route.
fn url(handler: &Handler, route: &Route) -> TokenStream {
    let (ident, vis) = (&handler.fields.ident, &handler.vis);
    let (impl_generics, ty_generics, where_clause) = handler.fields.generics.split_for_impl();
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
