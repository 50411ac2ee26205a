//! JSON, as an answer. `extract::json` reads the same type from a body.

use serde::Serialize;

use super::IntoResponse;
use crate::{error::Error, response::Response};

/// JSON: as a reply, `application/json`; as an argument of a verb, the body of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Result<Response, Error> {
        let bytes = serde_json::to_vec(&self.0).map_err(Error::internal)?;
        Ok(Response::new(200).with_content("application/json", bytes))
    }
}
