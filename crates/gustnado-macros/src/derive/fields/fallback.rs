//! Stand-ins for the impl of a struct that has a mistake.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics};

use super::Fields;
use crate::names::runtime;

/// The impl of `Inputs`, without inputs.
pub(in crate::derive) fn stubs(fields: &Fields, owned: &Owned) -> TokenStream {
    let ident = &fields.ident;
    let [inputs, slots] = ["Inputs", "Slots"].map(|name| runtime(name, ident.span()));
    let Owned {
        parameters,
        arguments,
        where_clause,
    } = owned;
    quote! {
        #[automatically_derived]
        impl #parameters #inputs for #ident #arguments #where_clause {
            type Slots = ();
            fn slots() -> Self::Slots {}
            fn make(_values: <Self::Slots as #slots>::Values) -> Self {
                ::core::unreachable!()
            }
        }
    }
}

/// The generics for an impl of a type with every lifetime made `'static`.
pub(in crate::derive) struct Owned {
    pub(in crate::derive) parameters: TokenStream,
    pub(in crate::derive) arguments: TokenStream,
    pub(in crate::derive) where_clause: Option<TokenStream>,
}

impl Owned {
    pub(in crate::derive) fn of(generics: &Generics) -> Self {
        if generics.lifetimes().next().is_none() {
            let (parameters, arguments, where_clause) = generics.split_for_impl();
            return Self {
                parameters: quote!(#parameters),
                arguments: quote!(#arguments),
                where_clause: where_clause.map(|clause| quote!(#clause)),
            };
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
        let (parameters, _, _) = kept.split_for_impl();
        Self {
            parameters: quote!(#parameters),
            arguments,
            where_clause: None,
        }
    }
}
