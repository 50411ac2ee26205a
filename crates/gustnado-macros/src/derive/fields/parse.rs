//! Tokens to fields. What cannot be one at all is said here.

use quote::{ToTokens, format_ident, quote};
use syn::{Data, DeriveInput, ext::IdentExt};

use super::{Field, Fields};
use crate::{
    attr::{self, MARKS, Source},
    diag::Diag,
    input::Input,
    names::DESCRIBES,
};

/// The struct, of which `in_route` says whether the route names a field.
pub(in crate::derive) fn parse(
    noun: &'static str,
    item: &DeriveInput,
    in_route: impl Fn(&str) -> bool,
    diag: &mut Diag,
) -> Fields {
    let is_mark = |a: &&syn::Attribute| MARKS.iter().any(|name| a.path().is_ident(name));
    for attribute in item.attrs.iter().filter(is_mark) {
        diag.at(attribute, "this marks an input: it goes on a field");
    }
    let shape = named(noun, item, diag);
    let has_shape = shape.is_some();
    let list = shape.into_iter().flatten();
    let list = list.map(|f| field(f, &in_route, diag)).collect();
    Fields {
        noun,
        ident: item.ident.clone(),
        generics: item.generics.clone(),
        list,
        has_shape,
    }
}

/// The fields of a struct whose fields have names.
fn named<'i>(noun: &str, item: &'i DeriveInput, diag: &mut Diag) -> Option<&'i syn::Fields> {
    let ident = &item.ident;
    let message = format!("a {noun} is a struct: write `struct {ident} {{ … }}`");
    let fields = match &item.data {
        Data::Enum(data) => {
            diag.at(data.enum_token, message);
            return None;
        }
        Data::Union(data) => {
            diag.at(data.union_token, message);
            return None;
        }
        Data::Struct(data) => &data.fields,
    };
    if let syn::Fields::Unnamed(unnamed) = fields {
        let types = fields.iter().enumerate().map(|(index, field)| {
            let ty = field.ty.to_token_stream().to_string().replace(' ', "");
            format!("input{index}: {ty}")
        });
        let named = types.collect::<Vec<_>>().join(", ");
        let message =
            format!("the inputs of a {noun} have names: write `struct {ident} {{ {named} }}`");
        diag.at(unnamed, message);
        return None;
    }
    Some(fields)
}

fn field(field: &syn::Field, in_route: &impl Fn(&str) -> bool, diag: &mut Diag) -> Field {
    let ident = field.ident.clone().unwrap_or_else(|| format_ident!("_"));
    let name = ident.unraw().to_string();
    let in_route = in_route(&name);
    let mark = attr::mark(&field.attrs, diag).or_else(|| attr::misspelt_mark(&field.attrs));
    let attribute = mark
        .as_ref()
        .map(|mark| (mark.source, mark.attribute.clone()));
    let ty = &field.ty;
    let ty = quote!(#ty);
    let input = if in_route {
        let mark = mark.filter(|mark| mark.source == Source::Path);
        let bounds = mark.map(|mark| mark.bounds).unwrap_or_default();
        Input::of_route(&name, ty.clone(), bounds)
    } else {
        Input::new(&name, ty.clone(), mark)
    };
    let input = Input {
        doc: if DESCRIBES {
            attr::doc(&field.attrs)
        } else {
            String::new()
        },
        ..input
    };
    Field {
        ident,
        ty,
        input,
        mark: attribute,
        in_route,
    }
}
