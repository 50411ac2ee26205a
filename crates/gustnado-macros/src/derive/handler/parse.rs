//! Tokens to the model of a handler. What cannot be one at all is said here; rules between its
//! parts are `check`'s.

use quote::{ToTokens, quote};
use syn::{Attribute, Data, DeriveInput, Fields, ext::IdentExt};

use super::model::{Field, Handler, Route};
use crate::{
    attr::{self, SOURCES},
    diag::Diag,
    input::{Input, Origin},
    options::{Arguments, Options},
    template::Template,
};

pub(super) fn parse(item: DeriveInput, diag: &mut Diag) -> Handler {
    let route = route(&item, diag);
    let shape = named_fields(&item, diag);
    let has_shape = shape.is_some();
    let fields = shape.into_iter().flatten();
    let fields = fields.map(|f| field(f, route.as_ref(), diag)).collect();
    Handler {
        vis: item.vis,
        ident: item.ident,
        generics: item.generics,
        route,
        fields,
        has_shape,
    }
}

fn route(item: &DeriveInput, diag: &mut Diag) -> Option<Route> {
    for attribute in item.attrs.iter().filter(|a| is_any(a, &SOURCES)) {
        diag.at(attribute, "this marks an input: it goes on a field");
    }
    let mut routes = item.attrs.iter().filter(|a| a.path().is_ident("route"));
    let Some(attribute) = routes.next() else {
        let message = format!("`{0}` has no route; add `#[route(\"/…\")]`", item.ident);
        diag.at(&item.ident, message);
        return None;
    };
    for second in routes {
        diag.at(
            second,
            "a handler has one route; mount it at others with `handler_at`",
        );
    }
    let arguments = attribute.parse_args::<Arguments>();
    let text = arguments.as_ref().ok().and_then(|a| a.text.clone());
    let (Ok(arguments), Some(literal)) = (arguments, text) else {
        diag.at(attribute, "write the route as `#[route(\"/users/{id}\")]`");
        return None;
    };
    let options = Options::read(arguments, diag);
    match Template::parse(&literal.value()) {
        Ok(template) => Some(Route {
            literal,
            template,
            options,
        }),
        Err(message) => {
            diag.at(&literal, message);
            None
        }
    }
}

fn is_any(attribute: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attribute.path().is_ident(name))
}

/// The fields of a struct that can be a handler.
fn named_fields<'i>(item: &'i DeriveInput, diag: &mut Diag) -> Option<&'i Fields> {
    let ident = &item.ident;
    let message = format!("a handler is a struct: write `struct {ident} {{ … }}`");
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
    if let Fields::Unnamed(unnamed) = fields {
        let types = fields.iter().enumerate().map(|(index, field)| {
            let ty = field.ty.to_token_stream().to_string().replace(' ', "");
            format!("input{index}: {ty}")
        });
        let named = types.collect::<Vec<_>>().join(", ");
        let message =
            format!("the inputs of a handler have names: write `struct {ident} {{ {named} }}`");
        diag.at(unnamed, message);
        return None;
    }
    Some(fields)
}

fn field(field: &syn::Field, route: Option<&Route>, diag: &mut Diag) -> Field {
    for attribute in field.attrs.iter().filter(|a| is_any(a, &["route"])) {
        diag.at(attribute, "a route goes on the struct");
    }
    let ident = field
        .ident
        .clone()
        .unwrap_or_else(|| quote::format_ident!("_"));
    let name = ident.unraw().to_string();
    let in_route = route.is_some_and(|route| route.template.names().any(|other| other == name));
    let mark = attr::mark(&field.attrs, diag).or_else(|| attr::misspelt_mark(&field.attrs));
    let attribute = mark.as_ref().map(|mark| mark.attribute.clone());
    let ty = &field.ty;
    let ty = quote!(#ty);
    let input = if in_route {
        Input {
            name,
            ty: ty.clone(),
            origin: Origin::Path,
        }
    } else {
        Input::new(&name, ty.clone(), mark)
    };
    Field {
        ident,
        ty,
        input,
        mark: attribute,
        in_route,
    }
}
