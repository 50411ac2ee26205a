//! Tokens to the model of a handler. What cannot be one at all is said here; rules between its
//! parts are `check`'s.

use syn::{Attribute, Data, DeriveInput};

use super::model::{Handler, Route};
use crate::{
    attr,
    derive::fields,
    diag::Diag,
    names::DESCRIBES,
    options::{Arguments, Options},
    template::Template,
};

pub(super) fn parse(item: DeriveInput, diag: &mut Diag) -> Handler {
    let route = route(&item, diag);
    let in_route = |name: &str| {
        let names = route.iter().flat_map(|route| route.template.names());
        names.into_iter().any(|other| other == name)
    };
    let fields = fields::parse("handler", &item, in_route, diag);
    Handler {
        doc: DESCRIBES.then(|| attr::doc(&item.attrs)),
        vis: item.vis,
        route,
        fields,
    }
}

fn route(item: &DeriveInput, diag: &mut Diag) -> Option<Route> {
    let is_route = |attribute: &&Attribute| attribute.path().is_ident("route");
    if let Data::Struct(data) = &item.data {
        let attributes = data.fields.iter().flat_map(|field| &field.attrs);
        for attribute in attributes.filter(is_route) {
            diag.at(attribute, "a route goes on the struct");
        }
    }
    let mut routes = item.attrs.iter().filter(is_route);
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
