//! Stand-ins for the impls of a value that has a mistake, so that the mistake is the only error:
//! inputs and links of the type still work.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::Value;
use crate::{derive::fields::Owned, names::runtime};

pub(super) fn stubs(value: &Value) -> TokenStream {
    let ident = &value.ident;
    let Owned {
        parameters,
        arguments,
        mut where_clause,
    } = Owned::of(&value.generics);
    let [from_param, param_error] =
        ["FromParam", "ParamError"].map(|name| runtime(name, ident.span()));
    if value.generics.type_params().next().is_some() {
        where_clause = Some(quote!(where Self: ::core::marker::Send + 'static));
    }
    quote! {
        #[automatically_derived]
        impl #parameters #from_param for #ident #arguments #where_clause {
            fn from_param(_: &::core::primitive::str) -> ::core::result::Result<Self, #param_error> {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl #parameters ::core::fmt::Display for #ident #arguments #where_clause {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::result::Result::Ok(())
            }
        }
    }
}
