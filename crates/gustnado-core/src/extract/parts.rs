//! The parts of a multipart form that inputs want, received. It must not know their types.

use std::borrow::Cow;

use super::{
    context::Cx,
    multipart::Multipart,
    text::text,
    unreadable::{ParamError, ValueError},
    upload::Upload,
};
use crate::error::Error;

/// The parts of a form, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<Received>);

#[derive(Debug)]
struct Received {
    name: String,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Text(Vec<u8>),
    File(Upload),
}

impl Parts {
    /// Receives the parts that have one of these names, and passes over the others.
    pub(super) async fn read(cx: &mut Cx, wanted: &[&'static str]) -> Result<Self, Error> {
        let mut form = Multipart::of(cx)?;
        let mut parts = Vec::new();
        while let Some(mut part) = form.next().await? {
            if !wanted.contains(&part.name()) {
                while part.chunk().await?.is_some() {}
                continue;
            }
            let name = part.name().to_owned();
            let value = if part.is_file() {
                let nameless = part.file_name().is_none();
                let file = part.upload().await?;
                // What browsers send of a file that was not chosen.
                if nameless && file.is_empty() {
                    continue;
                }
                Value::File(file)
            } else {
                Value::Text(part.bytes().await?)
            };
            parts.push(Received { name, value });
        }
        Ok(Self(parts))
    }

    /// The texts of this name.
    pub(super) fn texts<'p>(
        &'p self,
        name: &'p str,
    ) -> impl Iterator<Item = Result<Cow<'p, str>, ValueError>> {
        let of_name = self.0.iter().filter(move |part| part.name == name);
        of_name.map(|part| match &part.value {
            Value::Text(bytes) => text(bytes),
            Value::File(_) => Err(ParamError::expected("text and no file").into()),
        })
    }

    /// Takes the files of this name.
    pub(super) fn files(&mut self, name: &str) -> Result<Vec<Upload>, ValueError> {
        let of_name = self.0.extract_if(.., |part| part.name == name);
        let files = of_name.map(|part| match part.value {
            Value::File(file) => Ok(file),
            Value::Text(_) => Err(ParamError::expected("a file, with a file name").into()),
        });
        files.collect()
    }
}
