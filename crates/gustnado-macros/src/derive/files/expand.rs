//! The model of a handler of files to its impl.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::model::{Files, Folder, Handler};
use crate::{function, names::files_runtime};

pub(super) fn expand(handler: &Handler) -> TokenStream {
    let Some(Files { folder, at }) = &handler.files else {
        return TokenStream::new();
    };
    let ident = &handler.ident;
    let span = ident.span();
    let [this, hooks, files] =
        ["StaticFileHandler", "FileHooks", "StaticFiles"].map(|name| files_runtime(name, span));
    let mut generics = handler.generics.clone();
    if !generics.params.is_empty() {
        // What it overrides may ask more of its types than the struct does.
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.push(syn::parse_quote!(Self: #hooks));
    }
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let made = match folder {
        Folder::OnDisk(folder) => quote!(#files::new(#folder)),
        Folder::Embedded(folder) => {
            let embedded = function::embed::expand(folder);
            quote!(#files::embedded(#embedded))
        }
    };
    // Asked for at the type, so that it is where a missing impl is told.
    let hooked = quote_spanned!(span=> <#ident #ty_generics as #hooks>::hooked);
    quote! {
        #[automatically_derived]
        impl #impl_generics #this for #ident #ty_generics #where_clause {
            const AT: &'static ::core::primitive::str = #at;

            fn into_files(self) -> #files {
                #hooked(self, #made)
            }
        }
    }
}
