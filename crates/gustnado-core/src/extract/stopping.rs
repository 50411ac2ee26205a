//! Whether the server is stopping, and the way to have it stop, as inputs.

use super::{context::Cx, typed::FromRequest};
use crate::{control::Control, describe::Operation, error::Error, stop::Stopping};

impl FromRequest for Stopping {
    fn describe(_operation: &mut Operation) {}

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        Ok(cx.stopping())
    }
}

impl FromRequest for Control {
    fn describe(_operation: &mut Operation) {}

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        Ok(cx.control())
    }
}
