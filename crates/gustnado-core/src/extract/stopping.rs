//! Whether the server is stopping, as an input.

use super::{context::Cx, typed::FromRequest};
use crate::{describe::Operation, error::Error, stop::Stopping};

impl FromRequest for Stopping {
    fn describe(_operation: &mut Operation) {}

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        Ok(cx.stopping())
    }
}
