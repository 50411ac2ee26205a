//! Tokens to the model of an error type.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Data, DeriveInput, Fields, Index, LitInt, LitStr, Token, ext::IdentExt,
    parse::ParseStream,
};

use super::{
    format,
    model::{Case, Field, Problem, Text},
};
use crate::diag::Diag;

pub(super) fn parse(item: DeriveInput, diag: &mut Diag) -> Problem {
    let cases = match &item.data {
        Data::Struct(data) => {
            vec![case(
                &item.ident,
                quote!(Self),
                &item.attrs,
                &data.fields,
                diag,
            )]
        }
        Data::Enum(data) => {
            for attribute in item.attrs.iter().filter(|a| a.path().is_ident("problem")) {
                diag.at(attribute, "each variant has its own `#[problem(…)]`");
            }
            let variants = data.variants.iter();
            variants
                .map(|variant| {
                    let ident = &variant.ident;
                    case(
                        ident,
                        quote!(Self::#ident),
                        &variant.attrs,
                        &variant.fields,
                        diag,
                    )
                })
                .collect()
        }
        Data::Union(data) => {
            diag.at(data.union_token, "an error is an enum or a struct");
            Vec::new()
        }
    };
    Problem {
        has_shape: !matches!(item.data, Data::Union(_)),
        ident: item.ident,
        generics: item.generics,
        cases,
    }
}

fn case(
    ident: &Ident,
    path: TokenStream,
    attributes: &[Attribute],
    fields: &Fields,
    diag: &mut Diag,
) -> Case {
    let mut problems = attributes.iter().filter(|a| a.path().is_ident("problem"));
    let said = match problems.next() {
        Some(attribute) => problem(attribute, diag),
        None => {
            let message = format!("`{ident}` has no status; add `#[problem(404, \"…\")]`");
            diag.at(ident, message);
            Said::default()
        }
    };
    for second in problems {
        diag.at(second, "an error has one status, and this is the second");
    }
    let fields = fields.iter().enumerate();
    Case {
        ident: ident.clone(),
        path,
        status: said.status,
        text: said.text,
        uri: said.uri,
        fields: fields.map(|(index, f)| field(index, f)).collect(),
    }
}

/// What `#[problem(…)]` says.
#[derive(Default)]
struct Said {
    status: Option<u16>,
    text: Option<Text>,
    uri: Option<LitStr>,
}

/// `#[problem(404)]`, `#[problem(404, "text")]`, either with `type = "…"` at its end.
fn problem(attribute: &Attribute, diag: &mut Diag) -> Said {
    let read = |input: ParseStream<'_>| {
        let status = input.parse::<LitInt>()?;
        let (mut text, mut uri) = (None, None);
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            if text.is_none() && uri.is_none() && input.peek(LitStr) {
                text = Some(input.parse::<LitStr>()?);
            } else if uri.is_none() && input.peek(Token![type]) {
                input.parse::<Token![type]>()?;
                input.parse::<Token![=]>()?;
                uri = Some(input.parse::<LitStr>()?);
            } else {
                break;
            }
        }
        if !input.is_empty() {
            let message = "a text names its fields in braces, \"no user {0}\"; \
                           `type = \"…\"` is the URI of the kind of problem";
            return Err(input.error(message));
        }
        Ok((status, text, uri))
    };
    let (status, text, uri) = match attribute.parse_args_with(read) {
        Ok(parts) => parts,
        Err(error) => {
            let message = format!("write `#[problem(404, \"…\")]`: {error}");
            diag.at_span(error.span(), message);
            return Said::default();
        }
    };
    let code = status.base10_parse::<u16>().ok();
    let code = code.filter(|code| (400..=599).contains(code));
    if code.is_none() {
        diag.at(&status, "the status of an error is from 400 to 599");
    }
    Said {
        status: code,
        text: text.map(self::text),
        uri,
    }
}

fn text(literal: LitStr) -> Text {
    let (rewritten, names, error) = match format::rewrite(&literal.value()) {
        Ok((rewritten, names)) => (rewritten, names, None),
        Err(error) => (String::new(), Vec::new(), Some(error)),
    };
    Text {
        literal,
        rewritten,
        names,
        error,
    }
}

fn field(index: usize, field: &syn::Field) -> Field {
    let attribute = |name: &str| {
        let mut attributes = field.attrs.iter();
        attributes.find(|a| a.path().is_ident(name)).cloned()
    };
    let (name, member) = match &field.ident {
        Some(ident) => (ident.unraw().to_string(), ident.to_token_stream()),
        None => (index.to_string(), Index::from(index).to_token_stream()),
    };
    Field {
        name,
        member,
        ty: field.ty.to_token_stream(),
        from: attribute("from"),
        source: attribute("source"),
    }
}
