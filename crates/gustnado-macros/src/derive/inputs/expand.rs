//! The model of a group to its impls.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::{
    derive::fields::{self, Field, Fields},
    names::{DESCRIBES, first_span, qualified, runtime},
};

pub(super) fn expand(group: &Fields) -> TokenStream {
    let inputs = fields::expand(group, true);
    let ident = &group.ident;
    let span = ident.span();
    let (impl_generics, ty_generics, where_clause) = group.generics.split_for_impl();
    let [from_request, stage, needs, cx, error, slot] =
        ["FromRequest", "Stage", "Needs", "Cx", "Error", "Slot"].map(|name| runtime(name, span));
    let [group_slot, group_needs, read_group] =
        ["group_slot", "group_needs", "read_group"].map(|name| runtime(name, span));
    let is_typed = |field: &&Field| field.input.is_typed();
    let is_form = |field: &Field| field.input.is_form();
    let typed: Vec<&Field> = group.list.iter().filter(is_typed).collect();
    let is_plain = |field: &Field| !field.input.is_typed() && !is_form(field);
    let plain = (group.list.iter().any(is_plain)).then(|| quote!(#stage::Params,));
    let form = group.list.iter().any(is_form);
    let body = form.then(|| quote!(#stage::Body,));
    let stages = typed.iter().map(|field| of_type(field, "STAGE"));
    let forms = typed.iter().map(|field| of_type(field, "FORM"));
    // Each of its inputs describes itself.
    let describe = DESCRIBES.then(|| {
        let operation = runtime("Operation", span);
        quote!(fn describe(_: &mut #operation) {})
    });
    quote! {
        #inputs
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #impl_generics #from_request for #ident #ty_generics #where_clause {
            const STAGE: #stage = #stage::latest(&[#plain #body #(#stages),*]);
            const FORM: bool = #form #(|| #forms)*;
            fn needs(needs: &mut #needs) {
                #group_needs::<Self>(needs);
            }
            #describe
            async fn from_request(cx: &mut #cx) -> ::core::result::Result<Self, #error> {
                #read_group::<Self>(cx).await
            }
            #[track_caller]
            fn slot(name: &'static str) -> #slot<Self> {
                #group_slot::<Self>(name)
            }
        }
    }
}

/// What the type of a field says of itself. All of it stands at the type, so that a type that is no
/// input is one error.
fn of_type(field: &Field, name: &str) -> TokenStream {
    let span = first_span(&field.ty);
    let call = qualified(&field.ty, "FromRequest");
    let name = proc_macro2::Ident::new(name, span);
    quote_spanned!(span=> #call::#name)
}
