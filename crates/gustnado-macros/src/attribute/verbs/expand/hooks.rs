//! The hooks of a block, as the members of its impl that call them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{
    super::model::{Block, Hook, Method, Reply},
    reply::into_error,
};
use crate::names::{first_span, qualified, runtime};

pub(super) fn hooks(block: &Block) -> TokenStream {
    let prepare = block.hook(Hook::Prepare).map(prepare);
    let on_finish = block.hook(Hook::OnFinish).map(on_finish);
    let without_instance = without_instance(block);
    quote!(#prepare #on_finish #without_instance)
}

fn prepare(method: &Method) -> TokenStream {
    let span = method.ident.span();
    let conditions = &method.conditions;
    let [response, error] = ["Response", "Error"].map(|name| runtime(name, span));
    let call = quote_spanned!(span=> Self::prepare(self).await);
    let body = match &method.reply {
        Reply::Unit => quote_spanned! {span=>
            #call;
            ::core::result::Result::Ok(::core::option::Option::None)
        },
        Reply::Plain(ty) => {
            let into = qualified(ty, "Prepared");
            let into = quote_spanned!(first_span(ty)=> #into::into_answer);
            quote_spanned!(span=> #into(#call))
        }
        Reply::Result { ty, value, error } => {
            let into = qualified(value, "Prepared");
            let into = quote_spanned!(first_span(value)=> #into::into_answer);
            let error = into_error(ty, error.as_ref(), span);
            quote_spanned! {span=>
                match #call {
                    ::core::result::Result::Ok(__early) => #into(__early),
                    ::core::result::Result::Err(__error) => ::core::result::Result::Err(#error),
                }
            }
        }
    };
    quote_spanned! {span=>
        #(#conditions)*
        const PREPARES: bool = true;

        #(#conditions)*
        async fn prepare(
            &mut self,
        ) -> ::core::result::Result<::core::option::Option<#response>, #error> {
            #body
        }
    }
}

fn on_finish(method: &Method) -> TokenStream {
    let span = method.ident.span();
    let conditions = &method.conditions;
    let outcome = runtime("Outcome", span);
    quote_spanned! {span=>
        #(#conditions)*
        fn on_finish(&mut self, __outcome: &#outcome<'_>) {
            Self::on_finish(self, __outcome)
        }
    }
}

/// The hooks that are kept as functions, since there may be no instance to call them on.
fn without_instance(block: &Block) -> Option<TokenStream> {
    let found = [Hook::WriteError, Hook::DefaultHeaders].map(|hook| block.hook(hook));
    let steps: Vec<_> = found
        .into_iter()
        .flatten()
        .map(|method| {
            let (ident, conditions) = (&method.ident, &method.conditions);
            quote_spanned! {ident.span()=>
                #(#conditions)*
                let __hooks = __hooks.#ident(Self::#ident);
            }
        })
        .collect();
    let hooks = runtime("Hooks", first_span(&block.ty));
    (!steps.is_empty()).then(|| {
        quote! {
            const HOOKS: #hooks = {
                let __hooks = #hooks::none();
                #(#steps)*
                __hooks
            };
        }
    })
}
