//! One verb of one handler: an operation object (OpenAPI 3.1.1 section 4.8.10). It must not know the
//! others, but for the schemas that they share.

use std::collections::BTreeMap;

use gustnado_core::describe::{
    Content, Count, Failure, Operation, Place, Security, Shape, Status, TextKind,
};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::{
    names::{in_path, text},
    parameter::{form, parameter},
    probe::SchemaOf,
    schemas::{Schemas, Way},
};

/// What stands for the schema of problem documents until it has a name.
pub(crate) const PROBLEM: &str = "#problem";

/// The object, and what could not be said in it.
pub(crate) fn object(
    operation: &Operation,
    (id, path): (&str, &str),
    schemas: &mut Schemas,
    warnings: &mut Vec<String>,
) -> Value {
    let mut types = Types {
        operation,
        schemas,
        warnings,
    };
    let mut object = json!({ "operationId": id });
    let (summary, description) = operation
        .doc
        .split_once('\n')
        .unwrap_or((operation.doc, ""));
    for (key, text) in [("summary", summary), ("description", description)] {
        if !text.trim().is_empty() {
            object[key] = text.trim().into();
        }
    }
    let parameters = parameters(operation, path);
    if !parameters.is_empty() {
        object["parameters"] = parameters.into();
    }
    if let Some(body) = body(operation, &mut types) {
        object["requestBody"] = body;
    }
    object["responses"] = responses(operation, &mut types);
    if let Some(security) = security(operation) {
        object["security"] = security;
    }
    object
}

/// A security scheme object (section 4.8.27).
pub(crate) fn scheme(security: Security) -> Value {
    let key = |place: &str, name: &str| json!({ "type": "apiKey", "in": place, "name": name });
    match security {
        Security::Bearer => json!({ "type": "http", "scheme": "bearer" }),
        Security::Basic => json!({ "type": "http", "scheme": "basic" }),
        Security::Header(name) => key("header", name),
        Security::Query(name) => key("query", name),
        Security::Cookie(name) => key("cookie", name),
        _ => json!({ "type": "http", "scheme": "unknown" }),
    }
}

fn parameters(operation: &Operation, path: &str) -> Vec<Value> {
    let mut own = operation.parameters.clone();
    // A field that is in the template under another name cannot be, but a template may have more
    // names than fields, and each has to be described.
    let of_path = |name: &str| {
        let mut own = operation.parameters.iter();
        own.any(|p| p.place == Place::Path && p.name == name)
    };
    let mut rest = Operation::default();
    for name in in_path(path).filter(|name| !of_path(name)) {
        let count = Count::One;
        rest.parameter(Place::Path, name.to_owned(), TextKind::text(), count);
    }
    own.append(&mut rest.parameters);
    own.iter().filter_map(parameter).collect::<Vec<Value>>()
}

/// The schemas that the types of an operation have.
struct Types<'a> {
    operation: &'a Operation,
    schemas: &'a mut Schemas,
    warnings: &'a mut Vec<String>,
}

impl Types<'_> {
    /// A media type object (section 4.8.14).
    fn media(&mut self, way: Way, content: &Content) -> Value {
        let name = match content.shape {
            Shape::Text => return json!({ "schema": { "type": "string" } }),
            Shape::Value(name) => name,
            _ => return json!({}),
        };
        if let Some(schema) = self.operation.type_named::<SchemaOf>(name) {
            return json!({ "schema": self.schemas.of(way, *schema) });
        }
        let Operation {
            method, handler, ..
        } = self.operation;
        let what = match way {
            Way::In => "reads",
            Way::Out => "replies",
        };
        let warning = format!(
            "{handler}: {method} {what} `{name}`, whose schema is not known: derive `JsonSchema` for \
             it, and write it in the signature"
        );
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
        json!({})
    }
}

/// A request body object (section 4.8.13).
fn body(operation: &Operation, types: &mut Types<'_>) -> Option<Value> {
    if let Some(form) = form(&operation.parameters) {
        return Some(form);
    }
    if operation.bodies.is_empty() {
        return None;
    }
    let bodies = operation.bodies.iter();
    let content: Map<String, Value> = bodies
        .map(|body| (body.media.to_owned(), types.media(Way::In, body)))
        .collect();
    Some(json!({ "required": !operation.body_optional, "content": content }))
}

/// An answer, as several replies and failures add to it.
#[derive(Default)]
struct Response {
    texts: Vec<String>,
    content: Map<String, Value>,
    headers: Map<String, Value>,
}

impl Response {
    fn problem(&mut self, operation: &Operation) {
        let (media, value) = if operation.own_errors {
            ("*/*", json!({}))
        } else {
            (
                "application/problem+json",
                json!({ "schema": { "$ref": PROBLEM } }),
            )
        };
        self.content.insert(media.into(), value);
    }
}

/// A responses object (section 4.8.16).
fn responses(operation: &Operation, types: &mut Types<'_>) -> Value {
    let mut all: BTreeMap<String, Response> = BTreeMap::new();
    for reply in &operation.replies {
        let response = all.entry(key(reply.status)).or_default();
        if let Some(content) = &reply.content {
            let media = types.media(Way::Out, content);
            response.content.insert(content.media.into(), media);
        }
        if let Some(header) = reply.header {
            let schema = json!({ "type": "string", "format": "uri-reference" });
            let header_object = json!({ "required": true, "schema": schema });
            response.headers.insert(header.into(), header_object);
        }
    }
    for failure in &operation.failures {
        let response = all.entry(failure.status.to_string()).or_default();
        response.problem(operation);
        let text = match failure.problem_type {
            Some(uri) => format!("{} ({uri})", said(failure)),
            None => said(failure),
        };
        if !response.texts.contains(&text) {
            response.texts.push(text);
        }
    }
    if operation.fails_otherwise {
        let response = all.entry(key(Status::Any)).or_default();
        response.problem(operation);
        response.texts.push("Any other failure".into());
    }
    let objects = all.into_iter().map(|(key, response)| {
        let reason = reason(&key);
        let description = if response.texts.is_empty() {
            reason.to_owned()
        } else {
            response.texts.join("; ")
        };
        let mut object = json!({ "description": description });
        if !response.content.is_empty() {
            object["content"] = response.content.into();
        }
        if !response.headers.is_empty() {
            object["headers"] = response.headers.into();
        }
        (key, object)
    });
    Value::Object(objects.collect())
}

/// What a client is told: of a 5xx, and where nothing else is said, the reason of the status.
fn said(failure: &Failure) -> String {
    if failure.text.is_empty() {
        return reason(&failure.status.to_string()).into();
    }
    text(&failure.text)
}

fn key(status: Status) -> String {
    match status {
        Status::Exactly(status) => status.to_string(),
        Status::Class(class) => format!("{class}XX"),
        _ => "default".into(),
    }
}

fn reason(key: &str) -> &'static str {
    let status = key.parse::<StatusCode>().ok();
    status
        .and_then(|status| status.canonical_reason())
        .unwrap_or(match key {
            "3XX" => "Elsewhere",
            _ => "Any answer",
        })
}

/// What is to be sent along, and what it is without what may be left out (section 4.8.10,
/// `security`).
fn security(operation: &Operation) -> Option<Value> {
    let of = |optional: bool| -> Map<String, Value> {
        let all = operation.security.iter();
        let asked = all.filter(|requirement| optional || !requirement.optional);
        asked
            .map(|requirement| (requirement.name.to_owned(), json!([])))
            .collect()
    };
    let (all, demanded) = (of(true), of(false));
    if all.is_empty() {
        return None;
    }
    Some(if all == demanded {
        json!([all])
    } else {
        json!([all, demanded])
    })
}
