//! The model of an error type to its impls.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

use super::{
    format::bound,
    model::{Case, Field, Problem},
};
use crate::names::{DESCRIBES, first_span, runtime};

pub(super) fn expand(problem: &Problem) -> TokenStream {
    let ident = &problem.ident;
    let span = ident.span();
    let (impl_generics, ty_generics, where_clause) = problem.generics.split_for_impl();
    let [http_error, status_code] = ["HttpError", "StatusCode"].map(|name| runtime(name, span));
    let texts = problem.cases.iter().map(text);
    let statuses = problem.cases.iter().map(status);
    let sources = problem.cases.iter().map(source);
    let problem_type = problem_type(problem);
    let describe = DESCRIBES.then(|| describe(problem));
    let froms = problem.cases.iter().filter_map(|case| from(problem, case));
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #impl_generics ::core::fmt::Display for #ident #ty_generics #where_clause {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match *self { #(#texts)* }
            }
        }
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #impl_generics ::std::error::Error for #ident #ty_generics #where_clause {
            fn source(&self) -> ::core::option::Option<&(dyn ::std::error::Error + 'static)> {
                match *self { #(#sources)* }
            }
        }
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #impl_generics #http_error for #ident #ty_generics #where_clause {
            fn status(&self) -> #status_code {
                match *self { #(#statuses)* }
            }
            #problem_type
            #describe
        }
        #(#froms)*
    }
}

/// The text is kept at its literal, so that a field that cannot be shown is reported there.
fn text(case: &Case) -> TokenStream {
    let path = &case.path;
    let Some(text) = &case.text else {
        let span = case.ident.span();
        let status_code = runtime("StatusCode", span);
        let status = case.status.unwrap_or(500);
        return quote! {
            #path { .. } => __f.write_str(
                #status_code::from_u16(#status)
                    .ok()
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or("error"),
            ),
        };
    };
    let span = text.literal.span();
    let named = |field: &&Field| text.names.contains(&field.name);
    let bindings = case.fields.iter().filter(named).map(|field| {
        let (member, name) = (&field.member, Ident::new(&bound(&field.name), span));
        quote!(#member: ref #name)
    });
    let literal = LitStr::new(&text.rewritten, span);
    // The formatter is bound where the macro is called, not where the literal is written.
    let formatter = quote!(__f);
    let write = quote_spanned!(span=> ::core::write!(#formatter, #literal));
    quote!(#path { #(#bindings,)* .. } => #write,)
}

fn status(case: &Case) -> TokenStream {
    let (path, status) = (&case.path, case.status.unwrap_or(500));
    let status_code = runtime("StatusCode", case.ident.span());
    quote! {
        #path { .. } => #status_code::from_u16(#status)
            .unwrap_or(#status_code::INTERNAL_SERVER_ERROR),
    }
}

/// The member that names the kinds of problems, where one has a name.
fn problem_type(problem: &Problem) -> Option<TokenStream> {
    let mut cases = problem.cases.iter();
    cases.any(|case| case.uri.is_some()).then(|| {
        let arms = problem.cases.iter().map(|case| {
            let path = &case.path;
            match &case.uri {
                Some(uri) => quote!(#path { .. } => ::core::option::Option::Some(#uri),),
                None => quote!(#path { .. } => ::core::option::Option::None,),
            }
        });
        quote! {
            fn problem_type(&self) -> ::core::option::Option<&'static str> {
                match *self { #(#arms)* }
            }
        }
    })
}

/// The member that says which errors there are.
fn describe(problem: &Problem) -> TokenStream {
    let operation = runtime("Operation", problem.ident.span());
    let calls = problem.cases.iter().map(|case| {
        let status = case.status.unwrap_or(500);
        // What a 5xx says is for the log.
        let text = case.text.as_ref().filter(|_| status < 500);
        let text = text.map_or(String::new(), |text| text.literal.value());
        let uri = match &case.uri {
            Some(uri) => quote!(::core::option::Option::Some(#uri)),
            None => quote!(::core::option::Option::None),
        };
        quote!(operation.problem(#status, #text, #uri);)
    });
    quote! {
        fn describe(operation: &mut #operation) {
            #(#calls)*
        }
    }
}

fn source(case: &Case) -> TokenStream {
    let path = &case.path;
    let Some(field) = case.cause() else {
        return quote!(#path { .. } => ::core::option::Option::None,);
    };
    let (member, span) = (&field.member, first_span(&field.ty));
    // A box is no error itself, what is in it is.
    let boxed = is_boxed(&field.ty);
    let value = if boxed {
        quote_spanned!(span=> &**__cause)
    } else {
        quote_spanned!(span=> __cause)
    };
    let cause = Ident::new("__cause", span);
    quote!(#path { #member: ref #cause, .. } => ::core::option::Option::Some(#value),)
}

fn is_boxed(ty: &TokenStream) -> bool {
    let Ok(syn::Type::Path(path)) = syn::parse2(ty.clone()) else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "Box" || last.ident == "BoxError")
}

fn from(problem: &Problem, case: &Case) -> Option<TokenStream> {
    let field = case.fields.iter().find(|field| field.from.is_some())?;
    let (ident, path) = (&problem.ident, &case.path);
    let (impl_generics, ty_generics, where_clause) = problem.generics.split_for_impl();
    let (member, ty) = (&field.member, &field.ty);
    let from = quote_spanned!(first_span(ty)=> ::core::convert::From);
    Some(quote! {
        #[automatically_derived]
        impl #impl_generics #from<#ty> for #ident #ty_generics #where_clause {
            fn from(__cause: #ty) -> Self {
                #path { #member: __cause }
            }
        }
    })
}
