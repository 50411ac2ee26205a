//! Finds the schema of a type, if it has one. The macros write calls to it; it must not know them.
//!
//! `(&Probe::<T>::new()).note_schema(operation)` is [`Known`]'s where `T` has a schema, [`Inside`]'s
//! where it is a wrapper of a type that has one, and else [`Unknown`]'s, for which the compiler has to
//! take one more reference. So a schema is never a bound.

use std::{any::type_name, marker::PhantomData};

use gustnado_core::{Created, Json, describe::Operation};
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// What is looked at.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

/// Makes the schema of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchemaOf(pub(crate) fn(&mut SchemaGenerator) -> Schema);

impl<T: ?Sized> Probe<T> {
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it is for macros")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// A type with a schema.
pub trait Known {
    fn note_schema(&self, operation: &mut Operation);
}

impl<T: JsonSchema + ?Sized> Known for Probe<T> {
    fn note_schema(&self, operation: &mut Operation) {
        let schema = SchemaOf(SchemaGenerator::subschema_for::<T>);
        operation.note_type(type_name::<T>(), Box::new(schema));
    }
}

/// A wrapper of such a type, which an alias may hide.
pub trait Inside {
    fn note_schema(&self, operation: &mut Operation);
}

impl<T: JsonSchema> Inside for Probe<Json<T>> {
    fn note_schema(&self, operation: &mut Operation) {
        Probe::<T>::new().note_schema(operation);
    }
}

impl<T: JsonSchema> Inside for Probe<Created<T>> {
    fn note_schema(&self, operation: &mut Operation) {
        Probe::<T>::new().note_schema(operation);
    }
}

/// Any other type.
pub trait Unknown {
    fn note_schema(&self, operation: &mut Operation);
}

impl<T: ?Sized> Unknown for &Probe<T> {
    fn note_schema(&self, _operation: &mut Operation) {}
}
