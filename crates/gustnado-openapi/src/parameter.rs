//! Values that are read from text, and fields of forms: their schemas. It must not know what they
//! are for.

use gustnado_core::describe::{Base, Count, FORMS, Number, Parameter, Place, TextKind};
use serde_json::{Map, Value, json};

/// A parameter object (OpenAPI 3.1.1 section 4.8.12), for all but fields of forms.
pub(crate) fn parameter(parameter: &Parameter) -> Option<Value> {
    let place = match parameter.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
        _ => return None,
    };
    // These are said in other ways, and ignored here (the same section).
    let said = ["accept", "content-type", "authorization"];
    if place == "header"
        && said
            .iter()
            .any(|name| parameter.name.eq_ignore_ascii_case(name))
    {
        return None;
    }
    let required = parameter.place == Place::Path || is_required(parameter);
    let mut object = json!({
        "name": parameter.name,
        "in": place,
        "required": required,
        "schema": schema(parameter),
    });
    if !parameter.doc.is_empty() {
        object["description"] = parameter.doc.into();
    }
    Some(object)
}

/// The body that the fields of a form are, if there are any.
pub(crate) fn form(parameters: &[Parameter]) -> Option<Value> {
    let is_field = |parameter: &&Parameter| parameter.place == Place::Form;
    let fields: Vec<&Parameter> = parameters.iter().filter(is_field).collect();
    if fields.is_empty() {
        return None;
    }
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = schema(field);
            if !field.doc.is_empty() {
                schema["description"] = field.doc.into();
            }
            (field.name.clone().into_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| is_required(field))
        .map(|field| &*field.name)
        .collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let files = fields.iter().any(|field| field.kind.base == Base::File);
    let media = FORMS
        .iter()
        .filter(|media| !files || media.starts_with("multipart/"));
    let content: Map<String, Value> = media
        .map(|media| ((*media).to_owned(), json!({ "schema": schema })))
        .collect();
    Some(json!({ "required": !required.is_empty(), "content": content }))
}

fn is_required(parameter: &Parameter) -> bool {
    parameter.count == Count::One && !parameter.has_default
}

fn schema(parameter: &Parameter) -> Value {
    let schema = of_kind(&parameter.kind);
    if parameter.count == Count::Many {
        return json!({ "type": "array", "items": schema });
    }
    let mut schema = schema;
    let default = parameter.default;
    if let Some(default) = default.and_then(|text| value(&parameter.kind, text)) {
        schema["default"] = default;
    }
    schema
}

fn of_kind(kind: &TextKind) -> Value {
    let (name, format) = match kind.base {
        Base::Integer => ("integer", kind.format),
        Base::Number => ("number", kind.format),
        Base::Boolean => ("boolean", kind.format),
        Base::File => ("string", Some("binary")),
        _ => ("string", kind.format),
    };
    let bounds = [
        ("format", format.map(Value::from)),
        ("minimum", kind.min.and_then(number)),
        ("maximum", kind.max.and_then(number)),
        ("minLength", kind.min_len.map(Value::from)),
        ("maxLength", kind.max_len.map(Value::from)),
        ("pattern", kind.pattern.map(Value::from)),
        ("enum", (!kind.words.is_empty()).then(|| json!(kind.words))),
    ];
    let mut schema = json!({ "type": name });
    for (key, value) in bounds {
        if let Some(value) = value {
            schema[key] = value;
        }
    }
    schema
}

/// A number as JSON has it; none that it cannot have.
fn number(number: Number) -> Option<Value> {
    let number = match number {
        Number::Whole(number) => serde_json::Number::from_i128(number),
        Number::Real(number) => serde_json::Number::from_f64(number),
    };
    number.map(Value::Number)
}

/// A default, as a value of the kind.
fn value(kind: &TextKind, text: &str) -> Option<Value> {
    match kind.base {
        Base::Integer => number(Number::Whole(text.parse().ok()?)),
        Base::Number => number(Number::Real(text.parse().ok()?)),
        Base::Boolean => Some(text.parse::<bool>().ok()?.into()),
        Base::File => None,
        _ => Some(text.into()),
    }
}
