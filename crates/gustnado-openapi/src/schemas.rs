//! The schemas of a document: each type once, as it is read and as it is written, and by one name
//! where the two are the same. It must not know operations.

use std::collections::BTreeSet;

use schemars::{
    Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value};

use crate::probe::SchemaOf;

/// Where schemas stand in a document.
const PLACE: &str = "/components/schemas";

/// Which way a value goes. serde may read other forms than it writes: a field with a default is
/// always written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// It is read: a body of a request.
    In,
    /// It is written.
    Out,
}

/// The schemas so far.
pub(crate) struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

/// All schemas of a document.
pub(crate) struct Components {
    pub(crate) schemas: Map<String, Value>,
    /// The names of what is read otherwise than it is written.
    renamed: BTreeSet<String>,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let generator = |contract: Contract| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = PLACE.into();
                settings.meta_schema = None;
                settings.contract = contract;
            });
            settings.into_generator()
        };
        Self {
            read: generator(Contract::Deserialize),
            written: generator(Contract::Serialize),
        }
    }

    /// The schema of a type, or a reference to it. References in what is read are to be put right by
    /// [`Components::rename`] in the end.
    pub(crate) fn of(&mut self, way: Way, schema: SchemaOf) -> Value {
        let generator = match way {
            Way::In => &mut self.read,
            Way::Out => &mut self.written,
        };
        (schema.0)(generator).into()
    }

    pub(crate) fn finish(mut self) -> Components {
        let read = self.read.take_definitions(true);
        let mut schemas = self.written.take_definitions(true);
        let mut renamed: BTreeSet<String> = read
            .iter()
            .filter(|(name, schema)| schemas.get(*name).is_some_and(|other| other != *schema))
            .map(|(name, _)| name.clone())
            .collect();
        // What refers to what is different is different, if both ways have it.
        loop {
            let more: Vec<String> = read
                .iter()
                .filter(|(name, _)| !renamed.contains(*name) && schemas.contains_key(*name))
                .filter(|(_, schema)| refers(schema, &renamed))
                .map(|(name, _)| name.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            renamed.extend(more);
        }
        let taken: BTreeSet<String> = read.keys().chain(schemas.keys()).cloned().collect();
        let components = |schemas| Components {
            schemas,
            renamed: renamed.clone(),
        };
        let names = components(Map::new());
        for (name, mut schema) in read {
            names.rename(&mut schema);
            let name = names.name(&name);
            debug_assert!(
                schemas.get(&name).is_none_or(|same| *same == schema),
                "{taken:?}"
            );
            schemas.entry(name).or_insert(schema);
        }
        components(schemas)
    }
}

impl Components {
    /// Adds a schema under a name that no type has, and gives a reference to it.
    pub(crate) fn add(&mut self, name: &str, schema: Value) -> Value {
        let mut free = name.to_owned();
        while self.schemas.contains_key(&free) {
            free.push('_');
        }
        let reference = Schema::new_ref(format!("#{PLACE}/{free}"));
        self.schemas.insert(free, schema);
        reference.into()
    }

    /// Puts the references in what is read right.
    pub(crate) fn rename(&self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get_mut("$ref")
                    && let Some(name) = referred(reference)
                {
                    *reference = format!("#{PLACE}/{}", self.name(name));
                }
                object.values_mut().for_each(|value| self.rename(value));
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.rename(value)),
            _ => {}
        }
    }

    fn name(&self, name: &str) -> String {
        let suffix = if self.renamed.contains(name) {
            "Input"
        } else {
            ""
        };
        format!("{name}{suffix}")
    }
}

/// The name in a reference.
fn referred(reference: &str) -> Option<&str> {
    reference
        .strip_prefix('#')?
        .strip_prefix(PLACE)?
        .strip_prefix('/')
}

fn refers(value: &Value, names: &BTreeSet<String>) -> bool {
    match value {
        Value::Object(object) => {
            let reference = object.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(referred);
            name.is_some_and(|name| names.contains(name))
                || object.values().any(|value| refers(value, names))
        }
        Value::Array(list) => list.iter().any(|value| refers(value, names)),
        _ => false,
    }
}
