//! Stand-ins for the impls of an error type that has a mistake, so that the mistake is the only
//! error: replies that name the type still work.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Case, Problem};
use crate::names::runtime;

pub(super) fn stubs(problem: &Problem) -> TokenStream {
    let ident = &problem.ident;
    let span = ident.span();
    let (impl_generics, ty_generics, where_clause) = problem.generics.split_for_impl();
    let [http_error, status_code] = ["HttpError", "StatusCode"].map(|name| runtime(name, span));
    let froms = problem.cases.iter().filter_map(|case| from(problem, case));
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Display for #ident #ty_generics #where_clause {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::result::Result::Ok(())
            }
        }
        #[automatically_derived]
        impl #impl_generics ::std::error::Error for #ident #ty_generics #where_clause {}
        #[automatically_derived]
        impl #impl_generics #http_error for #ident #ty_generics #where_clause {
            fn status(&self) -> #status_code {
                #status_code::INTERNAL_SERVER_ERROR
            }
        }
        #(#froms)*
    }
}

/// `?` on a cause goes on working.
fn from(problem: &Problem, case: &Case) -> Option<TokenStream> {
    let field = case.fields.iter().find(|field| field.from.is_some())?;
    let (ident, ty) = (&problem.ident, &field.ty);
    let (impl_generics, ty_generics, where_clause) = problem.generics.split_for_impl();
    Some(quote! {
        #[automatically_derived]
        impl #impl_generics ::core::convert::From<#ty> for #ident #ty_generics #where_clause {
            fn from(_: #ty) -> Self {
                ::core::unreachable!()
            }
        }
    })
}
