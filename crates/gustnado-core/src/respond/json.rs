//! JSON, as an answer. `extract::json` reads the same type from a body.

use serde_core::Serialize;

use super::IntoResponse;
use crate::{
    describe::{Content, Operation},
    error::Error,
    response::{Response, Usual},
    written::Written,
};

/// JSON: as a reply, `application/json`; as an argument of a verb, the body of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::json::<T>());
    }

    fn into_response(self) -> Result<Response, Error> {
        written(&mut |room| serde_json::to_writer(room, &self.0))
    }
}

/// What is written. Compiled once, whatever it is.
fn written(
    write: &mut dyn FnMut(&mut Vec<u8>) -> serde_json::Result<()>,
) -> Result<Response, Error> {
    let written = Written::by(write).map_err(Error::internal)?;
    Ok(Response::of(Usual::Json, written))
}
