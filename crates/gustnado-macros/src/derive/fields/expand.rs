//! Fields to the slots that they are read into.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{Field, Fields};
use crate::{
    input::chain,
    names::{first_span, runtime},
};

/// The impl of `Inputs`. `forms` says whether fields may be out of a form.
pub(in crate::derive) fn expand(fields: &Fields, forms: bool) -> TokenStream {
    let ident = &fields.ident;
    let span = ident.span();
    let (impl_generics, ty_generics, where_clause) = fields.generics.split_for_impl();
    let (inputs, slots) = (runtime("Inputs", span), runtime("Slots", span));
    let list = &fields.list;
    let types = chain(list.iter().map(|field| field.input.slot_type()));
    let places = chain(list.iter().map(|field| field.input.slot()));
    let names: Vec<_> = list.iter().map(|field| &field.ident).collect();
    let values = chain(names.iter().map(|name| quote!(#name)));
    // A const of its own is checked by `cargo check`; a generic one needs the types first.
    let generic = !fields.generics.params.is_empty();
    let checks: TokenStream = list
        .iter()
        .filter_map(|field| body_check(field, forms, generic))
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
fn body_check(field: &Field, forms: bool, generic: bool) -> Option<TokenStream> {
    if !field.input.is_typed() {
        return None;
    }
    let span = first_span(&field.ty);
    let name = &field.input.name;
    let reads_body = field.input.reads_body();
    let is_form = forms.then(|| {
        let shares_body = field.input.shares_body();
        quote_spanned!(span=> && !#shares_body)
    });
    let panic = field.input.panic(&format!(
        "`{name}` reads the body: make it an argument of the verb that needs it"
    ));
    let check = quote_spanned!(span=> { if #reads_body #is_form { #panic } });
    Some(if generic {
        quote_spanned!(span=> const #check;)
    } else {
        quote_spanned!(span=> const _: () = #check;)
    })
}
