//! The document of an application: an OpenAPI object (OpenAPI 3.1.1 section 4.8.1). It must not know
//! where it is shown.

use std::{collections::BTreeMap, fmt};

use gustnado_core::{
    App,
    describe::{Api, Operation},
};
use serde_core::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::{
    names::{nameless, operation_ids, path},
    operation::{self, PROBLEM},
    schemas::{Components, Schemas},
};

/// The methods that a path item can have (section 4.8.9).
const METHODS: [&str; 8] = [
    "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE",
];

/// An OpenAPI 3.1 document. It serialises to JSON, and its `Display` is that JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    json: Value,
    warnings: Vec<String>,
}

/// `app.openapi()`.
pub trait OpenApi {
    /// The OpenAPI 3.1 document of the application. Nothing is asked over a socket, and no handler
    /// runs.
    ///
    /// One line of a test sees to it that all that is in it is described:
    /// `assert_eq!(app.openapi().warnings(), [""; 0]);`
    fn openapi(&self) -> Document;
}

impl OpenApi for App {
    fn openapi(&self) -> Document {
        Document::of(&self.describe())
    }
}

impl Document {
    /// The document of an application that says this of itself.
    #[must_use]
    pub fn of(api: &Api) -> Self {
        let mut writer = Writer {
            paths: Map::new(),
            known: BTreeMap::new(),
            schemas: Schemas::new(),
            schemes: Map::new(),
            warnings: Vec::new(),
        };
        let named: Vec<_> = api
            .operations
            .iter()
            .map(|o| (o.method, o.handler))
            .collect();
        for (operation, id) in api.operations.iter().zip(operation_ids(&named)) {
            writer.add(operation, &id);
        }
        writer.finish(api)
    }

    /// It as a JSON value.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// What is missing in it, each in a sentence that names the handler: types whose schema is not
    /// known, methods and paths that OpenAPI cannot have.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json.fmt(f)
    }
}

/// A document so far.
struct Writer {
    paths: Map<String, Value>,
    /// The path that each is without its names.
    known: BTreeMap<String, String>,
    schemas: Schemas,
    schemes: Map<String, Value>,
    warnings: Vec<String>,
}

impl Writer {
    fn add(&mut self, operation: &Operation, id: &str) {
        let (handler, method) = (operation.handler, operation.method);
        let mut leave_out = |why: String| {
            let warning = format!("{handler}: {method} is left out, as {why}");
            self.warnings.push(warning);
        };
        if !METHODS.contains(&method) {
            leave_out("OpenAPI 3.1 does not know the method".into());
            return;
        }
        let path = path(&operation.pattern);
        let known = self.known.entry(nameless(&path)).or_insert(path.clone());
        if *known != path {
            leave_out(format!("`{path}` is the same to OpenAPI as `{known}`"));
            return;
        }
        let item = self.paths.entry(path.clone()).or_insert_with(|| {
            let doc = operation.handler_doc;
            if doc.is_empty() {
                json!({})
            } else {
                json!({ "description": doc })
            }
        });
        let method = method.to_ascii_lowercase();
        if item.get(&method).is_some() {
            leave_out(format!("another handler is described at `{path}`"));
            return;
        }
        let names = (id, &*path);
        item[method] = operation::object(operation, names, &mut self.schemas, &mut self.warnings);
        for requirement in &operation.security {
            let scheme = operation::scheme(requirement.security);
            let name = requirement.name;
            let known = self.schemes.entry(name).or_insert_with(|| scheme.clone());
            if *known != scheme {
                let warning =
                    format!("{handler}: the security scheme `{name}` is another elsewhere");
                self.warnings.push(warning);
            }
        }
    }

    fn finish(self, api: &Api) -> Document {
        let mut components = self.schemas.finish();
        let mut paths = Value::Object(self.paths);
        let problem = refers_to_problem(&paths).then(|| components.add("Problem", problem()));
        if let Some(items) = paths.as_object_mut() {
            for item in items.values_mut().filter_map(Value::as_object_mut) {
                for operation in item.values_mut().filter(|value| value.is_object()) {
                    finish_operation(operation, &components, problem.as_ref());
                }
            }
        }
        let mut info = json!({ "title": api.title, "version": api.version });
        if !api.description.is_empty() {
            info["description"] = api.description.clone().into();
        }
        let mut json = json!({ "openapi": "3.1.1", "info": info, "paths": paths });
        let parts = [
            ("schemas", components.schemas),
            ("securitySchemes", self.schemes),
        ];
        for (name, part) in parts {
            if !part.is_empty() {
                json["components"][name] = part.into();
            }
        }
        Document {
            json,
            warnings: self.warnings,
        }
    }
}

/// Puts its references right, now that all names are known.
fn finish_operation(operation: &mut Value, components: &Components, problem: Option<&Value>) {
    if let Some(body) = operation.get_mut("requestBody") {
        components.rename(body);
    }
    let responses = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut);
    for response in responses.into_iter().flat_map(Map::values_mut) {
        let schema = response.pointer_mut("/content/application~1problem+json/schema");
        if let (Some(schema), Some(problem)) = (schema, problem) {
            *schema = problem.clone();
        }
    }
}

fn refers_to_problem(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object
                .get("$ref")
                .is_some_and(|reference| reference == PROBLEM)
                || object.values().any(refers_to_problem)
        }
        Value::Array(list) => list.iter().any(refers_to_problem),
        _ => false,
    }
}

/// The schema of problem documents (RFC 9457), as the framework writes them.
fn problem() -> Value {
    let bad_input = json!({
        "type": "object",
        "required": ["in", "detail"],
        "properties": {
            "in": { "enum": ["path", "query", "header", "cookie", "body"] },
            "name": { "type": "string", "description": "Its name there" },
            "pointer": { "type": "string", "description": "Where in a JSON body it stands (RFC 6901)" },
            "detail": { "type": "string", "description": "What is wrong with it" },
        },
    });
    json!({
        "type": "object",
        "description": "Why a request was not answered as asked (RFC 9457)",
        "required": ["title", "status"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "The kind of problem" },
            "title": { "type": "string", "description": "The reason of the status" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "What is wrong" },
            "request_id": { "type": "string", "description": "What the server's log calls the request" },
            "errors": {
                "type": "array",
                "description": "The inputs that could not be used",
                "items": bad_input,
            },
        },
    })
}
