//! JSON, as an answer. `extract::json` reads the same type from a body.

use std::cell::Cell;

use bytes::Bytes;
use serde_core::Serialize;

use super::IntoResponse;
use crate::{
    describe::{Content, Operation},
    error::Error,
    limits::JSON_COPY,
    response::{Response, Usual},
};

/// JSON: as a reply, `application/json`; as an argument of a verb, the body of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::json::<T>());
    }

    fn into_response(self) -> Result<Response, Error> {
        let bytes = write(&self.0).map_err(Error::internal)?;
        Ok(Response::of(Usual::Json, bytes))
    }
}

thread_local! {
    /// Written into first, as the length is not known before.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

fn write(value: &impl Serialize) -> serde_json::Result<Bytes> {
    // Taken, not borrowed: a value may write another while it is written.
    let mut scratch = SCRATCH.take();
    scratch.clear();
    serde_json::to_writer(&mut scratch, value)?;
    if scratch.len() > JSON_COPY {
        return Ok(scratch.into());
    }
    let bytes = Bytes::copy_from_slice(&scratch);
    SCRATCH.set(scratch);
    Ok(bytes)
}
