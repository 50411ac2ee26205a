//! One input of a handler, a field or an argument, and the tokens that make its place at run time.
//! It must not know which of the two it is.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::{
    attr::{Default, Mark, Source, header_name},
    bounds::Bounds,
    names::{DESCRIBES, first_span, last_span, qualified, runtime},
};

/// An input.
pub(crate) struct Input {
    /// The name it is looked up and reported by.
    pub(crate) name: String,
    pub(crate) ty: TokenStream,
    pub(crate) origin: Origin,
    /// Its doc comment, where it is told.
    pub(crate) doc: String,
}

/// Where an input comes from.
pub(crate) enum Origin {
    /// Text, which its type reads.
    Text {
        /// The runtime's word for where it stands.
        source: &'static str,
        default: Option<Default>,
        bounds: Bounds,
    },
    /// A field of the form that the body is.
    Form {
        default: Option<Default>,
        bounds: Bounds,
    },
    State,
    /// Its type says how it is read.
    Typed,
}

impl Input {
    /// The input `name`, marked or not.
    pub(crate) fn new(name: &str, ty: TokenStream, mark: Option<Mark>) -> Self {
        let Some(mark) = mark else {
            return Self::of(name.into(), ty, Origin::Typed);
        };
        let given = mark.name.map(|name| name.value());
        let (source, name) = match mark.source {
            Source::Path => ("Path", name.into()),
            Source::Query => ("Query", given.unwrap_or(name.into())),
            Source::Header => ("Header", given.unwrap_or_else(|| header_name(name))),
            Source::Cookie => ("Cookie", given.unwrap_or(name.into())),
            Source::Form => {
                let name = given.unwrap_or(name.into());
                let (default, bounds) = (mark.default, mark.bounds);
                let origin = Origin::Form { default, bounds };
                return Self::of(name, ty, origin);
            }
            Source::State => return Self::of(name.into(), ty, Origin::State),
        };
        let (default, bounds) = (mark.default, mark.bounds);
        let origin = Origin::Text {
            source,
            default,
            bounds,
        };
        Self::of(name, ty, origin)
    }

    fn of(name: String, ty: TokenStream, origin: Origin) -> Self {
        let doc = String::new();
        Self {
            name,
            ty,
            origin,
            doc,
        }
    }

    /// The input that the route calls `name`, within `bounds`.
    pub(crate) fn of_route(name: &str, ty: TokenStream, bounds: Bounds) -> Self {
        let origin = Origin::Text {
            source: "Path",
            default: None,
            bounds,
        };
        Self::of(name.into(), ty, origin)
    }

    /// Whether its type may say that it reads the body.
    pub(crate) fn is_typed(&self) -> bool {
        matches!(self.origin, Origin::Typed)
    }

    /// Whether it is a field of the form that the body is.
    pub(crate) fn is_form(&self) -> bool {
        matches!(self.origin, Origin::Form { .. })
    }

    /// The expression that makes its slot. All of it stands at the type, so that a type that will
    /// not do is reported there and the slot remembers the line.
    pub(crate) fn slot(&self) -> TokenStream {
        let span = first_span(&self.ty);
        let name = &self.name;
        match &self.origin {
            Origin::Text {
                source,
                default,
                bounds,
            } => {
                let call = qualified(&self.ty, "FromParam");
                let source_type = runtime("Source", span);
                let source = Ident::new(source, span);
                let bounds = self.bounds(default.as_ref(), bounds);
                let default = self.default(default.as_ref());
                quote_spanned!(span=> #call::slot(#source_type::#source, #name, #default, #bounds))
            }
            Origin::Form { default, bounds } => {
                let call = qualified(&self.ty, "FromForm");
                let bounds = self.bounds(default.as_ref(), bounds);
                let default = self.default(default.as_ref());
                quote_spanned!(span=> #call::slot(#name, #default, #bounds))
            }
            Origin::State => {
                let call = qualified(&self.ty, "SharedState");
                quote_spanned!(span=> #call::slot(#name))
            }
            Origin::Typed => {
                let call = qualified(&self.ty, "FromRequest");
                quote_spanned!(span=> #call::slot(#name))
            }
        }
    }

    fn bounds(&self, default: Option<&Default>, bounds: &Bounds) -> TokenStream {
        let default = default.filter(|_| DESCRIBES).and_then(Default::text);
        bounds.expand(first_span(&self.ty), default, &self.doc)
    }

    fn default(&self, default: Option<&Default>) -> TokenStream {
        let ty = &self.ty;
        let span = first_span(ty);
        let value = match default {
            None => return quote_spanned!(span=> ::core::option::Option::None),
            Some(Default::OfType) => quote_spanned! {span=>
                ::core::result::Result::Ok(<#ty as ::core::default::Default>::default())
            },
            Some(Default::Text(text)) => {
                let call = qualified(ty, "FromParam");
                quote_spanned!(span=> #call::from_param(#text))
            }
            // Typed by a `let`, so that a value of another type is told only that.
            Some(Default::Value(value)) => quote_spanned! {span=>
                { let value: #ty = #value; ::core::result::Result::Ok(value) }
            },
        };
        quote_spanned!(span=> ::core::option::Option::Some(|| #value))
    }

    /// The type of its slot.
    pub(crate) fn slot_type(&self) -> TokenStream {
        let ty = &self.ty;
        let slot = runtime("Slot", first_span(ty));
        quote!(#slot<#ty>)
    }

    /// The condition that it reads the body.
    pub(crate) fn reads_body(&self) -> TokenStream {
        let span = first_span(&self.ty);
        let call = qualified(&self.ty, "FromRequest");
        let stage = runtime("Stage", span);
        quote_spanned!(span=> ::core::matches!(#call::STAGE, #stage::Body))
    }

    /// The condition that it shares the body with others of which that holds too.
    pub(crate) fn shares_body(&self) -> TokenStream {
        let call = qualified(&self.ty, "FromRequest");
        quote_spanned!(first_span(&self.ty)=> #call::FORM)
    }

    /// A `panic!` that the compiler reports at the whole of its type.
    pub(crate) fn panic(&self, message: &str) -> TokenStream {
        let (first, last) = (first_span(&self.ty), last_span(&self.ty));
        let message = message.replace('{', "{{").replace('}', "}}");
        let mut arguments = Group::new(Delimiter::Parenthesis, quote_spanned!(last=> #message));
        arguments.set_span(last);
        let arguments = TokenTree::Group(arguments);
        quote_spanned!(first=> ::core::panic! #arguments)
    }
}

/// `(a, (b, ()))`: the form in which slots, their types and their values are chained.
pub(crate) fn chain(links: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    links.rfold(quote!(()), |rest, link| quote!((#link, #rest)))
}

/// Whether the type borrows, which an input cannot; and what to write instead.
pub(crate) fn borrowed(ty: &TokenStream) -> Option<String> {
    let mut tokens = ty.clone().into_iter();
    let is_and = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == '&');
    tokens.next().filter(is_and)?;
    let rest: Vec<String> = tokens.map(|token| token.to_string()).collect();
    let advice = match rest.last().map(String::as_str) {
        Some("str") => "write `String`",
        _ => "name an owned type, or share it as `Arc<…>`",
    };
    Some(format!("an input owns its value: {advice}"))
}
