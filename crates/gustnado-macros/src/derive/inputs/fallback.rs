//! Stand-ins for the impls of a group that has a mistake, so that the mistake is the only error:
//! handlers that have it still find their input.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    derive::fields::{self, Fields, Owned},
    names::runtime,
};

pub(super) fn stubs(group: &Fields) -> TokenStream {
    let ident = &group.ident;
    let owned = Owned::of(&group.generics);
    let inputs = fields::stubs(group, &owned);
    let Owned {
        parameters,
        arguments,
        where_clause,
    } = owned;
    let [from_request, cx, error] =
        ["FromRequest", "Cx", "Error"].map(|name| runtime(name, ident.span()));
    quote! {
        #inputs
        #[automatically_derived]
        impl #parameters #from_request for #ident #arguments #where_clause {
            async fn from_request(_cx: &mut #cx) -> ::core::result::Result<Self, #error> {
                ::core::unreachable!()
            }
        }
    }
}
