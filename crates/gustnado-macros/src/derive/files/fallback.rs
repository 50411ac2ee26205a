//! Stand-ins for the impl of a handler of files that has a mistake, so that the mistake is the only
//! error: the application still takes it.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::Handler;
use crate::{derive::fields::Owned, names::files_runtime};

pub(super) fn stubs(handler: &Handler) -> TokenStream {
    let ident = &handler.ident;
    let Owned {
        parameters,
        arguments,
        mut where_clause,
    } = Owned::of(&handler.generics);
    let [this, files] =
        ["StaticFileHandler", "StaticFiles"].map(|name| files_runtime(name, ident.span()));
    if handler.generics.type_params().next().is_some() {
        let bounds = quote!(::core::marker::Send + ::core::marker::Sync + 'static);
        where_clause = Some(quote!(where Self: #bounds));
    }
    quote! {
        #[automatically_derived]
        impl #parameters #this for #ident #arguments #where_clause {
            const AT: &'static ::core::primitive::str = "/";

            fn into_files(self) -> #files {
                ::core::unreachable!()
            }
        }
    }
}
