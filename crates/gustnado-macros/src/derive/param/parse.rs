//! Tokens to the model of a value. What cannot be one at all is said here.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Data, DeriveInput, Fields, LitStr, Token, Variant, ext::IdentExt, parse::ParseStream,
};

use super::{
    model::{Shape, Value, Word},
    word::snake_case,
};
use crate::diag::{Diag, did_you_mean};

pub(super) fn parse(item: DeriveInput, diag: &mut Diag) -> Value {
    let mut misplaced: Vec<&Attribute> = item.attrs.iter().filter(is_param).collect();
    let shape = match &item.data {
        Data::Enum(data) => {
            let variants = data.variants.iter();
            Shape::Words(variants.filter_map(|v| word(v, diag)).collect())
        }
        Data::Struct(data) => {
            let attributes = data.fields.iter().flat_map(|field| &field.attrs);
            misplaced.extend(attributes.filter(is_param));
            around(&item.ident, &data.fields, diag)
        }
        Data::Union(data) => {
            let message = "text is read as an enum of words or a struct around one value";
            diag.at(data.union_token, message);
            Shape::Other
        }
    };
    for attribute in misplaced {
        diag.at(attribute, "this names a word: it goes on a variant");
    }
    Value {
        ident: item.ident,
        generics: item.generics,
        shape,
    }
}

fn is_param(attribute: &&Attribute) -> bool {
    attribute.path().is_ident("param")
}

fn around(ident: &Ident, fields: &Fields, diag: &mut Diag) -> Shape {
    if let Fields::Unnamed(unnamed) = fields
        && let (Some(only), 1) = (unnamed.unnamed.first(), unnamed.unnamed.len())
    {
        return Shape::Around(only.ty.to_token_stream());
    }
    let message = format!("one text is one value: write `struct {ident}(String);`");
    if fields.is_empty() {
        diag.at(ident, message);
    } else {
        diag.at(fields, message);
    }
    Shape::Other
}

fn word(variant: &Variant, diag: &mut Diag) -> Option<Word> {
    for attribute in variant.fields.iter().flat_map(|field| &field.attrs) {
        if is_param(&attribute) {
            diag.at(attribute, "this names a word: it goes on a variant");
        }
    }
    if !matches!(variant.fields, Fields::Unit) {
        let message = "a variant is one word and holds nothing";
        diag.at(&variant.fields, message);
        return None;
    }
    let mut marks = variant.attrs.iter().filter(is_param);
    let name = marks.next().and_then(|mark| name(mark, diag));
    for second in marks {
        diag.at(second, "a variant is one word, and this is the second");
    }
    let text = match &name {
        Some(name) => name.value(),
        None => snake_case(&variant.ident.unraw().to_string()),
    };
    Some(Word {
        variant: variant.ident.clone(),
        name,
        text,
    })
}

/// `#[param(name = "…")]`.
fn name(attribute: &Attribute, diag: &mut Diag) -> Option<LitStr> {
    let read = |input: ParseStream<'_>| {
        let option = input.call(Ident::parse_any)?;
        if option != "name" {
            let hint = did_you_mean(&option.to_string(), &["name"]);
            let message = format!("there is no option `{option}`{hint}");
            input.parse::<TokenStream>()?;
            return Err(syn::Error::new(option.span(), message));
        }
        let missing = || syn::Error::new(option.span(), "write `name = \"…\"`");
        input.parse::<Token![=]>().map_err(|_| missing())?;
        let text = input.parse::<TokenTree>().map_err(|_| missing())?;
        let no_text = "a name is a string, such as \"newest\"";
        let text = syn::parse2::<LitStr>(text.to_token_stream())
            .map_err(|_| syn::Error::new(text.span(), no_text))?;
        input.parse::<Option<Token![,]>>()?;
        Ok(text)
    };
    let Ok(list) = attribute.meta.require_list() else {
        diag.at(attribute, "write `#[param(name = \"…\")]`");
        return None;
    };
    diag.take(list.parse_args_with(read))
}
