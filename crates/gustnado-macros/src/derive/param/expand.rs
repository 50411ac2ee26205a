//! The model of a value to its impls: how it is read, and how it is written into links.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Generics;

use super::model::{Shape, Value, Word};
use crate::names::{DESCRIBES, first_span, qualified, runtime};

pub(super) fn expand(value: &Value) -> TokenStream {
    match &value.shape {
        Shape::Words(list) => {
            let (read, write) = words(list, &value.ident);
            let texts = list.iter().map(|word| &word.text);
            let kind = runtime("TextKind", value.ident.span());
            let kind = quote!(#kind::words(&[#(#texts),*]));
            impls(value, &value.generics, [&kind, &read, &write])
        }
        Shape::Around(ty) => around(value, ty),
        Shape::Other => TokenStream::new(),
    }
}

fn words(list: &[Word], ident: &Ident) -> (TokenStream, TokenStream) {
    let param_error = runtime("ParamError", ident.span());
    let (variants, texts): (Vec<_>, Vec<_>) =
        list.iter().map(|word| (&word.variant, &word.text)).unzip();
    let read = quote! {
        match text {
            #(#texts => ::core::result::Result::Ok(Self::#variants),)*
            _ => ::core::result::Result::Err(#param_error::one_of(&[#(#texts),*])),
        }
    };
    let write = quote! {
        f.pad(match self {
            #(Self::#variants => #texts,)*
        })
    };
    (read, write)
}

fn around(value: &Value, ty: &TokenStream) -> TokenStream {
    let span = first_span(ty);
    let mut generics = value.generics.clone();
    if !generics.params.is_empty() {
        let from_param = runtime("FromParam", span);
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.push(syn::parse_quote!(#ty: #from_param + ::core::fmt::Display));
    }
    let from_param = qualified(ty, "FromParam");
    let display = quote_spanned!(span=> <#ty as ::core::fmt::Display>);
    let read = quote!(#from_param::from_param(text).map(Self));
    let kind = quote!(#from_param::kind());
    let write = quote!(#display::fmt(&self.0, f));
    impls(value, &generics, [&kind, &read, &write])
}

fn impls(
    value: &Value,
    generics: &Generics,
    [kind, read, write]: [&TokenStream; 3],
) -> TokenStream {
    let ident = &value.ident;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let [from_param, param_error] =
        ["FromParam", "ParamError"].map(|name| runtime(name, ident.span()));
    let kind = DESCRIBES.then(|| {
        let text_kind = runtime("TextKind", ident.span());
        quote!(fn kind() -> #text_kind { #kind })
    });
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #impl_generics #from_param for #ident #ty_generics #where_clause {
            fn from_param(
                text: &::core::primitive::str,
            ) -> ::core::result::Result<Self, #param_error> {
                #read
            }
            #kind
        }
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Display for #ident #ty_generics #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #write
            }
        }
    }
}
