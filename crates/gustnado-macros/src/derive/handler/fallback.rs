//! Stand-ins for the impls of a handler that has a mistake, so that the mistake is the only error:
//! the mount still finds its traits, and links still find `url`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::model::Handler;
use crate::{
    derive::fields::{self, Owned},
    names::runtime,
};

pub(super) fn stubs(handler: &Handler) -> TokenStream {
    let (ident, vis) = (&handler.fields.ident, &handler.vis);
    let owned = Owned::of(&handler.fields.generics);
    let inputs = fields::stubs(&handler.fields, &owned);
    let Owned {
        parameters: generics,
        arguments,
        where_clause,
    } = owned;
    let [this, location] = ["RequestHandler", "Location"].map(|name| runtime(name, ident.span()));
    let url = handler.route.as_ref().map(|route| {
        let names = route.template.names().enumerate();
        let parameters = names.map(|(index, _)| {
            let name = format_ident!("_value{index}");
            quote!(#name: impl ::core::marker::Sized)
        });
        quote! {
            impl #generics #ident #arguments #where_clause {
                #[allow(dead_code, missing_docs, unreachable_pub)]
                #vis fn url(#(#parameters),*) -> ::std::string::String {
                    ::std::string::String::new()
                }
            }
        }
    });
    quote! {
        #inputs
        #[automatically_derived]
        impl #generics #this for #ident #arguments #where_clause {
            const NAME: &'static str = "";
            const TEMPLATE: &'static str = "/";
            const AT: &'static #location<'static> = #location::caller();
        }
        #url
    }
}
