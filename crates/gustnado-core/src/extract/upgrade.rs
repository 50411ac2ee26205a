//! The change to another protocol, as an input. It must not know what a connection is.

use super::{context::Cx, need::Stage, typed::FromRequest};
use crate::{describe::Operation, error::Error, upgrade::Upgrade};

impl FromRequest for Upgrade {
    const STAGE: Stage = Stage::Params;

    fn describe(operation: &mut Operation) {
        operation.any_failure();
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        Self::of(cx.request()).ok_or_else(|| {
            let detail = "this is for connections that change their protocol: \
                          `Connection: upgrade` and `Upgrade`, over HTTP/1.1";
            Error::new(400, detail)
        })
    }
}
