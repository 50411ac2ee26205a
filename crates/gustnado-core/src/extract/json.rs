//! A JSON body, as an input. `respond::json` writes the same type.

use bytes::Bytes;
use http_body::Body as _;
use serde_core::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::{
    context::Cx,
    media::{missing, says_json},
    need::Stage,
    pointer,
    typed::FromRequest,
};
use crate::{
    describe::{Content, Operation},
    error::{BadInput, BoxError, Error, Part},
    respond::Json,
};

/// 415 where the body does not say that it is JSON, 413 where it is too long, 400 where there is
/// none or it is not JSON, 422 where it is JSON of another form.
impl<T: DeserializeOwned + Send + 'static> FromRequest for Json<T> {
    const STAGE: Stage = Stage::Body;

    fn describe(operation: &mut Operation) {
        operation.body(Content::json::<T>());
        operation.failure(400, "the body is missing, or no JSON");
        operation.failure(413, "the body is too large");
        operation.failure(415, "the body does not say that it is JSON");
        operation.failure(422, "the body is JSON, but not of the form that is wanted");
    }

    fn at_once(cx: &mut Cx) -> Option<Result<Self, Error>> {
        here(cx).map(|bytes| read(&bytes))
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        match received(cx).await {
            Ok(bytes) => read(&bytes),
            Err(error) => Err(error),
        }
    }
}

/// A body that is all here and says that it is JSON.
fn here(cx: &mut Cx) -> Option<Bytes> {
    if says_json(cx.request()) != Some(true) || cx.body_mut().is_end_stream() {
        return None;
    }
    cx.body_mut().take_full()
}

/// All of a body that is JSON.
async fn received(cx: &mut Cx) -> Result<Bytes, Error> {
    let empty = cx.body_mut().is_end_stream();
    match says_json(cx.request()) {
        Some(true) => {}
        None if empty => {}
        _ => {
            let detail = "the body must be JSON, with Content-Type: application/json";
            return Err(Error::new(415, detail));
        }
    }
    if empty {
        return Err(missing());
    }
    let bytes = cx.body_mut().collect().await?;
    if bytes.is_empty() {
        return Err(missing());
    }
    Ok(bytes)
}

/// Reads twice what is of another form: knowing where one stands costs more than the reading, and
/// most bodies are as they should be.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Json<T>, Error> {
    let text = text(bytes)?;
    match serde_json::from_str(text) {
        Ok(value) => Ok(Json(value)),
        Err(error) => Err(unreadable(text, error, pointer_to_mistake::<T>)),
    }
}

/// JSON is UTF-8 (RFC 8259 section 8.1). One look at all of it is less work than one at each text in it.
fn text(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|error| no_json(error.to_string(), error))
}

#[cold]
fn no_json(detail: String, source: impl Into<BoxError>) -> Error {
    let bad = BadInput::new(Part::Body, "", detail);
    let error = Error::new(400, "the body is not JSON").with_source(source);
    error.with_bad_input(bad)
}

/// `point` says where in it the mistake is.
#[cold]
fn unreadable(json: &str, error: serde_json::Error, point: fn(&str) -> String) -> Error {
    let text = error.to_string();
    if error.classify() != Category::Data {
        return no_json(text, error);
    }
    // Where there is a pointer, line and column say the same less well.
    let position = format!(" at line {} column {}", error.line(), error.column());
    let detail = text.strip_suffix(&position).unwrap_or(&text).to_owned();
    let bad = BadInput::new(Part::Body, "", detail).at_pointer(point(json));
    Error::new(422, "the body is JSON, but not of the form that is wanted")
        .with_bad_input(bad)
        .with_source(error)
}

/// Where JSON is of another form.
#[cold]
fn pointer_to_mistake<T: DeserializeOwned>(json: &str) -> String {
    let mut json = serde_json::Deserializer::from_str(json);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Ok(_) => String::new(),
        Err(error) => pointer_of(error.path()),
    }
}

/// The path as far as it is one of keys and indexes.
fn pointer_of(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer::push(&mut pointer, index),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer::push(&mut pointer, key);
            }
            Segment::Unknown => break,
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is never read")]
    struct Order {
        items: Vec<Item>,
        #[serde(default)]
        notes: HashMap<String, u8>,
        #[serde(default)]
        counts: HashMap<u8, u8>,
        shape: Option<Shape>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is never read")]
    struct Item {
        price: u32,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is never read")]
    enum Shape {
        Dot,
        Disc { radius: u8 },
    }

    fn failure(text: impl AsRef<[u8]>) -> (u16, String, String) {
        let error = read::<Order>(text.as_ref()).unwrap_err();
        let [bad] = error.inputs() else {
            panic!("{error:?}");
        };
        let (pointer, detail) = (bad.pointer.clone(), bad.detail.clone());
        (error.status().as_u16(), pointer.into(), detail.into())
    }

    #[test]
    fn what_is_of_another_form_is_pointed_at() {
        let table = [
            (r#"{"items":[{"price":1},{"price":"2"}]}"#, "/items/1/price"),
            (r#"{"items":[{"price":-1}]}"#, "/items/0/price"),
            (r#"{"items":[{}]}"#, "/items/0"),
            (r#"{"items":{}}"#, "/items"),
            ("[]", ""),
            ("7", ""),
            (r#"{"items":[],"notes":{"a/b~":"c"}}"#, "/notes/a~1b~0"),
            (r#"{"items":[],"counts":{"300":1}}"#, "/counts/300"),
            (
                r#"{"items":[],"shape":{"Disc":{"radius":300}}}"#,
                "/shape/Disc/radius",
            ),
        ];
        for (text, pointer) in table {
            let (status, found, detail) = failure(text);
            assert_eq!((status, &*found), (422, pointer), "{text}");
            assert!(!detail.contains("line 1"), "{detail}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_its_line() {
        let deep = format!("{{\"deep\": {}", "[".repeat(200)).leak();
        for text in [
            "{",
            "nope",
            "{\"items\": []} {}",
            "{\"items\": [],}",
            deep,
            "\u{1}",
        ] {
            let (status, pointer, detail) = failure(text);
            assert_eq!((status, &*pointer), (400, ""), "{text}");
            assert!(detail.contains("line 1 column"), "{detail}");
        }
    }

    #[test]
    fn what_is_not_utf8_is_no_json_also_where_nobody_wants_it() {
        let (status, _, detail) = failure(b"{\"items\": [], \"unwanted\": \"\xff\"}");
        assert_eq!(status, 400);
        assert!(detail.contains("index 27"), "{detail}");
    }
}
