//! Stand-ins for the impls of a handler that has a mistake, so that the mistake is the only error:
//! the mount still finds its traits, and links still find `url`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{GenericParam, Generics};

use super::model::Handler;
use crate::names::runtime;

pub(super) fn stubs(handler: &Handler) -> TokenStream {
    let (ident, vis) = (&handler.ident, &handler.vis);
    let span = ident.span();
    let (impl_generics, ty_generics, where_clause) = owned(&handler.generics);
    let [inputs, slots, this, location] =
        ["Inputs", "Slots", "RequestHandler", "Location"].map(|name| runtime(name, span));
    let url = handler.route.as_ref().map(|route| {
        let names = route.template.names().enumerate();
        let parameters = names.map(|(index, _)| {
            let name = format_ident!("_value{index}");
            quote!(#name: impl ::core::marker::Sized)
        });
        quote! {
            impl #impl_generics #ident #ty_generics #where_clause {
                #[allow(dead_code, missing_docs, unreachable_pub)]
                #vis fn url(#(#parameters),*) -> ::std::string::String {
                    ::std::string::String::new()
                }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #inputs for #ident #ty_generics #where_clause {
            type Slots = ();
            fn slots() -> Self::Slots {}
            fn make(_values: <Self::Slots as #slots>::Values) -> Self {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl #impl_generics #this for #ident #ty_generics #where_clause {
            const NAME: &'static str = "";
            const TEMPLATE: &'static str = "/";
            const AT: &'static #location<'static> = #location::caller();
        }
        #url
    }
}

/// The generics for an impl of the type with every lifetime made `'static`.
fn owned(generics: &Generics) -> (TokenStream, TokenStream, Option<TokenStream>) {
    if generics.lifetimes().next().is_none() {
        let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
        let where_clause = where_clause.map(|clause| quote!(#clause));
        return (quote!(#impl_generics), quote!(#ty_generics), where_clause);
    }
    let arguments = generics.params.iter().map(|parameter| match parameter {
        GenericParam::Lifetime(_) => quote!('static),
        GenericParam::Type(parameter) => {
            let ident = &parameter.ident;
            quote!(#ident)
        }
        GenericParam::Const(parameter) => {
            let ident = &parameter.ident;
            quote!(#ident)
        }
    });
    let arguments = quote!(<#(#arguments),*>);
    let mut kept = generics.clone();
    kept.where_clause = None;
    let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    kept.params = kept
        .params
        .into_iter()
        .filter(|p| !is_lifetime(p))
        .collect();
    let (impl_generics, _, _) = kept.split_for_impl();
    (quote!(#impl_generics), arguments, None)
}
